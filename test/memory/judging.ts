import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../../runner/judge/judge.ts';

/**
 * Does judging need more memory for more attempts? Writes and judges runs of one and of five million synthetic attempts,
 * each in a process of its own, and prints the peak resident memory. By hand: `node test/memory/judging.ts [millions ...]`.
 */
const [role, folder, attempts] = process.argv.slice(2);
if (role === 'write') (await import('./synthetic-run.ts')).writeSyntheticRun(folder as string, Number(attempts));
else if (role === 'judge') judgeAndPrint(folder as string);
else for (const millions of role === undefined ? ['1', '5'] : process.argv.slice(2)) measure(Number(millions) * 1e6);

function measure(attempts: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-judging-'));
  try {
    for (const role of ['write', 'judge'])
      spawnSync(process.execPath, [import.meta.filename, role, folder, String(attempts)], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judgeAndPrint(folder: string): void {
  const from = performance.now();
  const { verdict, reasons, traffic } = judge({ folder, asked: null, expectation: null });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const cpuSeconds = (process.cpuUsage().user / 1e6).toFixed(1);
  // Of this process image alone: maxRSS of getrusage starts with what the parent had.
  const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const peakMb = (Number(peakKb) / 1024).toFixed(0);
  console.log(
    `${traffic[0]?.planned} attempts: ${verdict} in ${seconds} s (${cpuSeconds} s of CPU), peak ${peakMb} MB; ${reasons[0]}`,
  );
}
