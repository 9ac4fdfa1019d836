import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { readBench } from '../../record/bench-result.ts';
import type { Effect, EffectVerdict } from '../../record/effect.ts';

// How often `hitless bench A --against B` is right: node test/bench/against.ts --trials 100 --seconds 60
// A trial starts two servers anew, compares them, and asks the servers themselves what they used for each request.
const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    /** Of both kinds, or of one: identical, slower. */
    kind: { type: 'string', default: 'identical,slower' },
    /** More CPU a request of the slower build. */
    more: { type: 'string', default: '0.05' },
    tolerance: { type: 'string', default: '2%' },
    connections: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const trials = Number(values.trials);
const hitless = new URL('../../bin/hitless.js', import.meta.url).pathname;
const serverFile = new URL('./against/server.ts', import.meta.url).pathname;
/** Rounds of work that every build does, as server.ts has it: what one of them costs is measured. */
const probeExtra = 60;

interface Server {
  child: ChildProcess;
  url: string;
  /** CPU time a request since the last time that it was asked. */
  usEach(): Promise<number>;
}

async function startServer(extra: number): Promise<Server> {
  const child = spawn(process.execPath, [serverFile], {
    env: { ...process.env, EXTRA: String(extra) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${Number(String(port))}/`;
  let last = { requests: 0, cpuUs: 0 };
  return {
    child,
    url,
    async usEach() {
      const used = (await (await fetch(`${url}used`)).json()) as typeof last;
      const each = (used.cpuUs - last.cpuUs) / Math.max(1, used.requests - last.requests);
      last = used;
      return each;
    },
  };
}

async function stopServer({ child }: Server): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

interface Trial {
  effect: Effect;
  /** By the servers' own account: candidate / baseline - 1. */
  truth: number;
}

async function compare(extra: number, seed: number, seconds: string): Promise<Trial> {
  const [candidate, baseline] = [await startServer(extra), await startServer(0)];
  const folder = mkdtempSync(join(tmpdir(), 'hitless-against-'));
  try {
    await Promise.all([candidate.usEach(), baseline.usEach()]);
    const out = join(folder, 'bench');
    const args = [
      'bench',
      candidate.url,
      '--against',
      baseline.url,
      '-d',
      `${seconds}s`,
      '--seed',
      String(seed),
      '--out',
      out,
    ];
    args.push('--tolerance', values.tolerance);
    if (values.connections !== undefined) args.push('-c', values.connections);
    await run(args);
    const [mine, theirs] = [await candidate.usEach(), await baseline.usEach()];
    const { effect } = readBench(join(out, 'bench.json'));
    if (effect === undefined) throw new Error('the bench has no effect in it');
    return { effect, truth: mine / theirs - 1 };
  } finally {
    await Promise.all([candidate, baseline].map(stopServer));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its exit code is that of the verdict, which is read from the file. */
function run(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [hitless, ...args], (error, _, stderr) => {
      const code = error === null ? 0 : error.code;
      if (code === 0 || code === 1 || code === 4) resolve();
      else reject(new Error(`hitless ${args.join(' ')} ended with ${code}: ${stderr}`));
    });
  });
}

/** Rounds of work that make a request cost `more` of its CPU time on top, by what the servers say of themselves. */
async function calibrated(more: number): Promise<{ extra: number; more: number }> {
  const { truth } = await compare(probeExtra, 0, '20');
  const extra = Math.max(1, Math.round((more / truth) * probeExtra));
  return { extra, more: (truth / probeExtra) * extra };
}

/** Clopper and Pearson 1934, 95 %. */
function binomialInterval(hits: number, of: number): string {
  const low = hits === 0 ? 0 : betaQuantile(0.025, hits, of - hits + 1);
  const high = hits === of ? 1 : betaQuantile(0.975, hits + 1, of - hits);
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

for (const kind of values.kind.split(',')) {
  const { extra, more } = kind === 'slower' ? await calibrated(Number(values.more)) : { extra: 0, more: 0 };
  const verdicts: Record<EffectVerdict, number> = { better: 0, same: 0, worse: 0, 'cannot tell': 0 };
  const truths: number[] = [];
  console.log(kind === 'slower' ? `slower: ${percent(more)} more CPU a request, ${extra} rounds of work` : kind);
  for (let trial = 1; trial <= trials; trial++) {
    const { effect, truth } = await compare(extra, Number(values.seed) + trial, values.seconds);
    verdicts[effect.verdict]++;
    truths.push(truth);
    const told = effect.measures
      .filter(({ decides }) => decides)
      .map(({ name, typical, verdict }) => {
        const change =
          typical === null ? '-' : `${percent(typical.estimate)} (${percent(typical.low)} to ${percent(typical.high)})`;
        return `${name} ${change} ${verdict}`;
      });
    console.log(`  ${trial}: ${effect.verdict}; the servers say ${percent(truth)}; ${told.join('; ')}`);
  }
  const found = kind === 'slower' ? verdicts.worse : verdicts.better + verdicts.worse;
  const sorted = truths.toSorted((a, b) => a - b);
  console.log(
    `${kind}: ${found} of ${trials} ${kind === 'slower' ? 'found' : 'wrong'} (95 %: ${binomialInterval(found, trials)}); ${JSON.stringify(verdicts)}`,
  );
  console.log(
    `  by the servers' own account from ${percent(sorted[0] ?? 0)} to ${percent(sorted.at(-1) ?? 0)} a request`,
  );
}
