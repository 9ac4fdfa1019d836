import { join } from 'node:path';
import type { BenchResult } from '../../../record/bench-result.ts';
import type { LaneCount } from '../../../record/facts.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { cut, wrap } from '../../terminal/width.ts';
import { count } from '../../words.ts';
import { loadText } from '../words.ts';
import { effectLines, effectVerdictLines } from './terminal.ts';

/** How two targets in turn are going. */
export interface AgainstProgress {
  phase: 'warm-up' | 'measuring';
  blocks: number;
  done: number;
  counts: readonly (LaneCount & { lane: string })[];
}

interface Stage {
  load: Parameters<typeof loadText>[0];
  seconds: number;
}

const leastMsBetweenFrames = 100;

/** A comparison of two targets on a terminal: one line that is redrawn where that can be, else one for each phase. */
export function againstReporter(screen: Screen) {
  const { colors } = screen;
  let told = '';
  let drawnAt = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (screen.live) screen.write('\r\u001b[K');
  };
  const say = (text: string, paint = (words: string) => words) => {
    clear();
    for (const line of wrap(plain(text, 600), screen.columns - 1)) screen.write(`${paint(line)}\n`);
  };
  return {
    start(
      { method = '', url = '', against = '' }: BenchResult['target'],
      { load, seconds }: Stage,
      processes: Readonly<Record<'A' | 'B', readonly { pid: number; name: string }[]>>,
    ): void {
      say(`${method} ${url} against ${against}`, colors.bold);
      say(`${loadText(load)}, in turn, ${seconds} s`, colors.dim);
      const known = processes.A.length > 0 && processes.B.length > 0;
      if (!known)
        say('The CPU time of the servers is not known here: the rate or the latency decides alone.', colors.dim);
    },
    notice(line: string): void {
      say(line, colors.dim);
    },
    progress({ phase, blocks, done, counts }: AgainstProgress): void {
      if (!screen.live) {
        if (phase !== told) say(phase);
        told = phase;
        return;
      }
      const now = performance.now();
      if (now - drawnAt < leastMsBetweenFrames) return;
      drawnAt = now;
      const lanes = counts.map(({ lane, ok, failed }) => {
        const who = lane === 'A' ? 'candidate' : 'baseline';
        return `${who} ${count(ok)} good, ${count(failed)} failed`;
      });
      const text = `${phase}: block ${count(done)} of ${count(blocks)}  ${lanes.join('  ')}`;
      screen.write(`\r${cut(text, screen.columns - 1)}\u001b[K`);
    },
    end(result: BenchResult, folder: string): void {
      clear();
      const { effect, notes, complete } = result;
      const lines = effect === undefined ? [] : [...effectLines(effect, screen), ''];
      const paragraph = (text: string) => wrap(plain(text, 600), screen.columns - 1).map(colors.dim);
      for (const note of notes) lines.push(...paragraph(note));
      if (!complete) lines.push(...paragraph('It was cut short: this is what was seen until then.'));
      lines.push(...paragraph(`Files: ${join(folder, 'bench.html')}, bench.md, bench.json`), '');
      if (effect !== undefined) lines.push(...effectVerdictLines(effect, screen));
      screen.write(`\n${lines.join('\n')}\n`);
    },
  };
}
