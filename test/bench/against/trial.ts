import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type BenchResult, readBench } from '../../../record/bench-result.ts';
import type { Effect } from '../../../record/effect.ts';
import { type Server, startServer, type Used } from './start-server.ts';

const hitless = join(import.meta.dirname, '../../../bin/hitless.js');

export interface Asked {
  /** Rounds of work that a request of the candidate has on top of the baseline's. */
  extra: number;
  seed: number;
  seconds: number;
  /** A share: 0.02 is 2 %. */
  tolerance: number;
  /** null: as many as hitless takes by itself. */
  connections: number | null;
}

export interface Compared {
  result: BenchResult;
  effect: Effect;
  /** What the servers say of themselves: CPU time for each request. */
  usedUs: { candidate: number; baseline: number };
  /** By that, candidate / baseline - 1. */
  truth: number;
}

/**
 * Starts two servers anew, has hitless compare them, and asks the servers what they used. Rejects where hitless came to no
 * verdict or `signal` aborts; the servers and all files are gone then too.
 */
export async function compare(asked: Asked, signal: AbortSignal): Promise<Compared> {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const servers: Server[] = [];
  try {
    const candidate = await startServer(asked.extra);
    servers.push(candidate);
    const baseline = await startServer(0);
    servers.push(baseline);
    // What starting took is no request's.
    await Promise.all([candidate.used(), baseline.used()]);
    const out = join(folder, 'bench');
    await run(wordsOf(asked, candidate.url, baseline.url, out), signal);
    const usedUs = { candidate: usEach(await candidate.used()), baseline: usEach(await baseline.used()) };
    const result = readBench(join(out, 'bench.json'));
    if (result.effect === undefined || !result.complete) throw new Error('the comparison is not whole');
    return { result, effect: result.effect, usedUs, truth: usedUs.candidate / usedUs.baseline - 1 };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

function usEach({ requests, cpuUs }: Used): number {
  if (requests === 0) throw new Error('a server had no request');
  return cpuUs / requests;
}

function wordsOf({ seed, seconds, tolerance, connections }: Asked, candidate: string, baseline: string, out: string) {
  const percent = Number((tolerance * 100).toFixed(6));
  const load = ['-d', `${seconds}s`, '--tolerance', `${percent}%`, '--seed', `${seed}`, '--out', out];
  return [
    'bench',
    candidate,
    '--against',
    baseline,
    ...load,
    ...(connections === null ? [] : ['-c', `${connections}`]),
  ];
}

/** Its exit code is that of the verdict, which is read from the file. */
async function run(words: string[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [hitless, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    signal.throwIfAborted();
    if (code !== 0 && code !== 1 && code !== 4)
      throw new Error(`hitless ${words.join(' ')} ended with ${code}: ${said}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const prefix = 'hitless-trial-';

/** Removes the files of trials whose process was killed. */
export function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
