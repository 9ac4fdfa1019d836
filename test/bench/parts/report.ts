import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSyntheticRun } from '../../memory/synthetic-run.ts';
import type { Order } from '../peers/peer.ts';
import { interleaved } from '../rounds.ts';
import { claim, figure, middle, table } from '../table.ts';
import type { Bench } from './part.ts';

const hitless = join(import.meta.dirname, '../../../bin/hitless.js');
const claimed = 1_000_000;

interface Round {
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  pageMb: number;
  allMb: number;
}

/** `hitless report` on a run that has only its record: it is judged, and all that a run leaves is written. */
export async function report(bench: Bench): Promise<string> {
  const subjects = bench.attempts.map((attempts) => {
    const folder = join(bench.folder, `run-${attempts}`);
    mkdirSync(folder);
    writeSyntheticRun(folder, attempts);
    const checks = join(bench.folder, 'checks.yml');
    writeFileSync(checks, 'checks: [zero-failed, max-outage]\n');
    const order = { command: process.execPath, args: [hitless, 'report', folder, '--checks', checks] };
    return { name: String(attempts), measure: () => round(bench, folder, order) };
  });
  const measured = await interleaved(bench.rounds, subjects);
  for (const attempts of bench.attempts) rmSync(join(bench.folder, `run-${attempts}`), { recursive: true });
  const pick = (attempts: number, what: keyof Round) => (measured.get(`${attempts}`) ?? []).map((one) => one[what]);
  const columns = ['seconds', 'cpuSeconds', 'peakMb', 'pageMb', 'allMb'] as const;
  const rows = bench.attempts.map((attempts) => [
    figure(attempts, 0),
    ...columns.map((what) => middle(pick(attempts, what), what === 'peakMb' ? 0 : 2)),
  ]);
  return [
    table(['attempts', 'took, s', 'CPU, s', 'peak memory, MB', 'report.html, MB', 'all but the record, MB'], rows),
    '',
    ...(bench.attempts.includes(claimed)
      ? [
          claim('report of a million attempts', pick(claimed, 'seconds'), { most: 3 }, ' s'),
          claim('its report.html', pick(claimed, 'pageMb'), { most: 5 }, ' MB'),
        ]
      : []),
  ].join('\n');
}

/** The run of one failed attempt in a million fails, so 1 is as good an exit code as 0. */
async function round({ measured }: Bench, folder: string, order: Order): Promise<Round> {
  const { code, stderr, wallUs, userUs, systemUs, peakKb } = await measured.run(order, { anyCode: true });
  if (code > 1) throw new Error(`hitless report exited with ${code}: ${stderr}`);
  const sizeOf = (name: string) => statSync(join(folder, name)).size / 1e6;
  const made = readdirSync(folder).filter((name) => name !== 'attempts.arrows');
  return {
    seconds: wallUs / 1e6,
    cpuSeconds: (userUs + systemUs) / 1e6,
    peakMb: peakKb / 1024,
    pageMb: sizeOf('report.html'),
    allMb: made.reduce((sum, name) => sum + sizeOf(name), 0),
  };
}
