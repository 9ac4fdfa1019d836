import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unpackInto } from '../cli/packed.ts';
import { startCli } from '../e2e/run-cli.ts';

/**
 * What hitless, as it is installed, takes of a machine: a run with a rolling update in its middle, seen from /proc. On the
 * cluster that KUBECONFIG names, or on another target. By hand: `node test/cluster/resources.ts [--minutes 5] [--rate 500] [--target local]`.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '500' },
    target: { type: 'string', default: 'kubernetes' },
  },
});
const rate = Number(values.rate);
const halfSeconds = Math.round(Number(values.minutes) * 30);
/** proc(5): what /proc/.../stat counts in, which is 100 a second wherever Linux runs. */
const ticksPerSecond = 100;
const lookEachMs = 100;

const folder = mkdtempSync(join(tmpdir(), 'hitless-resources-'));
const root = join(import.meta.dirname, '../..');

function scenarioFile(): string {
  const file = join(folder, 'long.yml');
  const image = (version: string) =>
    `{ context: ${root}/helloworld, dockerfile: Dockerfile.hitless, args: { VERSION: ${version} }, command: [node, src/server.ts], env: { VERSION: ${version} } }`;
  writeFileSync(
    file,
    `name: long
app:
  manifests: [${root}/manifests/05-hitless]
  images:
    mimuc/helloworld:v0.0.1: ${image('v0.0.1')}
    mimuc/helloworld:v0.0.2: ${image('v0.0.2')}
identity: { replica: body:/name, version: header:x-version }
lanes:
  - { name: visitors, connection: fresh, rate: ${rate / 2} }
  - { name: regulars, connection: kept, connections: 20, rate: ${rate / 2} }
steps:
  - deploy: {}
  - hold: ${halfSeconds}s
  - rollout: { deployment: mimuc-app, image: mimuc/helloworld:v0.0.2 }
  - hold: ${halfSeconds}s
`,
  );
  return file;
}

interface Thread {
  name: string;
  seconds: number;
}

/** Processor time of each thread that the process has or had. */
const threads = new Map<string, Thread>();
/** Since when, and what they had spent until then, before traffic. */
let from: { atMs: number; threads: Map<string, Thread> } | null = null;
/** Resident memory by what goes on: the most of the process, and of all that is the harness's own with it. */
const peaks = new Map<string, { processKb: number; allKb: number }>();
let lastMs = 0;

function look(pid: number): void {
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    threads.set(id, { name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), seconds });
  }
  lastMs = performance.now();
  const names = readdirSync(`/proc/${pid}/task`).map((id) => threads.get(id)?.name);
  const hasTraffic = names.includes('traffic');
  if (hasTraffic && from === null) from = { atMs: lastMs, threads: new Map(threads) };
  lookAtMemory(pid, hasTraffic ? 'traffic' : from === null ? 'before traffic' : 'verdict and reports');
}

function lookAtMemory(pid: number, phase: string): void {
  const processKb = residentKb(pid);
  const allKb = processKb + reapersOf(pid).reduce((sum, reaper) => sum + residentKb(reaper), 0);
  const before = peaks.get(phase) ?? { processKb: 0, allKb: 0 };
  peaks.set(phase, {
    processKb: Math.max(before.processKb, processKb),
    allKb: Math.max(before.allKb, allKb),
  });
}

function residentKb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}

/** Children that wait to clean up; the replicas of a local target are not the harness. */
function reapersOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.map(Number).filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('reaper'));
}

function report(end: { code: number | null; stdout: string; stderr: string }): void {
  if (from === null) throw new Error(`no traffic was seen:\n${end.stdout}${end.stderr}`);
  const wallSeconds = (lastMs - from.atMs) / 1000;
  const shares = new Map<string, number>();
  for (const [id, { name, seconds }] of threads) {
    const spent = seconds - (from.threads.get(id)?.seconds ?? 0);
    shares.set(name, (shares.get(name) ?? 0) + (100 * spent) / wallSeconds);
  }
  const beside = [...shares].filter(([name]) => name !== 'traffic').reduce((sum, [, share]) => sum + share, 0);
  console.log(`${wallSeconds.toFixed(0)} s from the start of traffic to the end of the process, exit code ${end.code}`);
  const peakMb = (kb: number) => (kb / 1024).toFixed(0);
  const most = Math.max(...[...peaks.values()].map(({ allKb }) => allKb));
  console.log(
    `peak resident memory ${peakMb(most)} MB in all; load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors`,
  );
  for (const [phase, { processKb, allKb }] of peaks)
    console.log(`  ${phase}: ${peakMb(processKb)} MB, with its reaper ${peakMb(allKb)} MB`);
  console.log(
    `traffic threads ${(shares.get('traffic') ?? 0).toFixed(1)} % of a core, all others ${beside.toFixed(1)} %:`,
  );
  for (const [name, share] of [...shares].sort((a, b) => b[1] - a[1])) console.log(`  ${name} ${share.toFixed(1)} %`);
}

try {
  const words = ['run', scenarioFile(), '--target', values.target, '--out', join(folder, 'run')];
  const cli = startCli(words, { bin: unpackInto(folder) });
  const looking = setInterval(() => {
    try {
      look(cli.child.pid ?? 0);
    } catch {
      // A thread, or the process, has just ended.
    }
  }, lookEachMs);
  const end = await cli.end;
  clearInterval(looking);
  console.log(
    end.stdout
      .split('\n')
      .filter((line) => /^\s+(visitors|regulars|lane) |PASS|FAIL|INCONCLUSIVE|ERROR/.test(line))
      .join('\n'),
  );
  report(end);
  process.exitCode = end.code ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
