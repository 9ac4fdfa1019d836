import type { BenchLoad, BenchResult } from '../../../record/bench-result.ts';
import type { LaneCount } from '../../../record/facts.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { cut, wrap } from '../../terminal/width.ts';
import { count, counted } from '../../words.ts';
import { loadText, rateText } from '../words.ts';
import { benchSummary } from './summary.ts';

interface Stage {
  name: string;
  load: BenchLoad;
  seconds: number;
}

/** How a round is going. */
export interface BenchProgress {
  stage: Stage;
  round: number;
  rounds: number;
  elapsedMs: number;
  counts: LaneCount & { inFlight: number };
}

const leastMsBetweenFrames = 100;

/** A bench on a terminal: one line that is redrawn where that can be, else one for each round. */
export function benchReporter(screen: Screen) {
  const { colors } = screen;
  let told = '';
  let drawnAt = Number.NEGATIVE_INFINITY;
  const clear = () => {
    if (screen.live) screen.write('\r\u001b[K');
  };
  const say = (text: string) => {
    clear();
    screen.write(`${text}\n`);
  };
  return {
    start({ url = '', method = '' }: BenchResult['target'], stages: readonly Stage[], rounds: number): void {
      say(colors.bold(cut(`${plain(method, 20)} ${plain(url, 200)}`, screen.columns - 1)));
      const repeated = rounds === 1 ? '' : `, ${counted(rounds, 'round')}`;
      for (const { load, seconds } of stages) say(colors.dim(`${loadText(load)}, ${seconds} s${repeated}`));
    },
    notice(line: string): void {
      for (const each of wrap(plain(line, 500), screen.columns - 1)) say(colors.dim(each));
    },
    progress(progress: BenchProgress): void {
      const { stage, round, rounds } = progress;
      const place = [stage.name, rounds > 1 || round > 1 ? `round ${round}` : undefined];
      const name = place.filter((part) => part !== undefined).join(', ');
      if (!screen.live) {
        if (name !== told) say(name);
        told = name;
        return;
      }
      const now = performance.now();
      if (now - drawnAt < leastMsBetweenFrames) return;
      drawnAt = now;
      screen.write(`\r${cut(`${name}  ${progressText(progress)}`, screen.columns - 1)}\u001b[K`);
    },
    end(result: BenchResult, folder: string): void {
      clear();
      screen.write(benchSummary(result, folder, screen));
    },
  };
}

function progressText({ stage, elapsedMs, counts }: BenchProgress): string {
  const { ok, failed, planned, sent, unsent, inFlight } = counts;
  const seconds = elapsedMs / 1000;
  if (seconds > stage.seconds + 0.2) return `waiting for ${counted(inFlight, 'answer')}`;
  const waiting = planned - sent - unsent;
  const parts = [
    `${seconds.toFixed(1)} of ${stage.seconds} s`,
    `${rateText(ok / Math.max(0.001, seconds))}/s`,
    `${count(failed)} failed`,
    ...(waiting > 0 ? [`${count(waiting)} waiting for a connection`] : []),
  ];
  return parts.join('  ');
}
