import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunningCli } from '../e2e/run-cli.ts';
import { type Deployment, deploy } from './deployment.ts';
import { startResolver } from './dns.ts';
import type { Front, FrontOptions } from './fronts/front.ts';
import { startNginx } from './fronts/nginx.ts';
import { withServers } from './fronts/process.ts';
import { line, verify } from './verify.ts';

/**
 * Does verify cry wolf? A healthy rollout behind a real nginx, each time with one disturbance that is not the app's: the
 * verdict may be pass or inconclusive with its reason, and never fail. `node test/paths/wolf.ts --times 8` is fifty
 * verifications and takes an hour; what a machine lacks (root, faketime) is left out with a line that says so.
 */
const { values } = parseArgs({
  options: { times: { type: 'string', default: '8' }, only: { type: 'string', default: '' } },
});

interface Scene {
  app: Deployment;
  front: Front;
}

interface Disturbance {
  name: string;
  /** Why it cannot be tried here; undefined where it can. */
  lacks?(): string | undefined;
  front?: Partial<FrontOptions>;
  args?(scene: Scene): readonly string[];
  env?(scene: Scene): NodeJS.ProcessEnv;
  /** What starts hitless. */
  by?(): readonly string[];
  /** While traffic and the rollout go on. */
  disturb(scene: Scene, cli: RunningCli): Promise<void>;
}

const resolverAddress = '127.0.0.77';
const faketime = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
].find((path) => existsSync(path));
/** Addresses for documentation (RFC 5737), on a cable between two namespaces of this machine. */
const client = { pid: 0, server: '198.51.100.1', address: '198.51.100.2' };
/** What runs a command there. */
const inClient = () => ['nsenter', '--net', '--target', String(client.pid)];
const control = ({ front }: Scene) => ['--url', front.url, '--control', front.controlUrl];
const needsRoot = () => (process.getuid?.() === 0 ? undefined : 'needs root');

const disturbances: readonly Disturbance[] = [
  {
    name: 'the proxy reloads',
    disturb: async ({ front }) => {
      for (let n = 0; n < 3; n++) {
        front.reload();
        await sleep(1500);
      }
    },
    args: control,
  },
  {
    name: 'the proxy stands still for two seconds',
    // Its workers, not its master, which hands out nothing.
    disturb: async ({ front }) => {
      signalWorkers(front, 'SIGSTOP');
      await sleep(2000);
      signalWorkers(front, 'SIGCONT');
    },
    args: control,
  },
  {
    // Within the limit for an answer: what waited for a kept connection meanwhile was lost once, and new ones were not.
    name: 'the proxy answers eight seconds late',
    disturb: async ({ front }) => {
      signalWorkers(front, 'SIGSTOP');
      await sleep(8000);
      signalWorkers(front, 'SIGCONT');
    },
    args: ({ front }) => ['--url', front.url],
  },
  {
    name: 'the proxy is killed and comes back',
    disturb: async ({ front }) => signalWorkers(front, 'SIGKILL'),
    args: control,
  },
  {
    name: 'the resolver stalls for 5 s',
    lacks: needsRoot,
    args: ({ front }) => ['--url', `http://app.test:${new URL(front.url).port}`],
    disturb: async () => {
      if (resolver === null) return;
      resolver.stalled = true;
      await sleep(5000);
      resolver.stalled = false;
    },
  },
  {
    name: 'the client runs out of source ports',
    lacks: needsRoot,
    front: { alsoAt: client.server },
    args: ({ front }) => ['--url', `http://${client.server}:${new URL(front.url).port}`],
    // Its ports alone: it is in a network namespace of its own.
    by: inClient,
    disturb: async () => {
      portsOfClient('20000 20001');
      await sleep(5000);
      portsOfClient('32768 60999');
    },
  },
  {
    name: 'the generator is starved',
    args: ({ front }) => ['--url', front.url],
    disturb: async (_, { child }) => {
      for (let n = 0; n < 3; n++) {
        child.kill('SIGSTOP');
        await sleep(1500);
        child.kill('SIGCONT');
        await sleep(1500);
      }
    },
  },
  {
    name: 'the clock steps an hour on and back',
    lacks: () => (faketime === undefined ? 'needs libfaketime (Debian: faketime)' : undefined),
    args: ({ front }) => ['--url', front.url],
    // Of hitless alone; the monotonic clock goes on, as it does where NTP or a person sets a machine's clock.
    env: ({ app }) => ({
      LD_PRELOAD: faketime,
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_NO_CACHE: '1',
      FAKETIME_TIMESTAMP_FILE: stepFile(app, '+0'),
    }),
    disturb: async ({ app }) => {
      stepFile(app, '+3600');
      await sleep(3000);
      stepFile(app, '-3600');
      await sleep(3000);
      stepFile(app, '+0');
    },
  },
  {
    name: '0.1 % of answers are 503 before and after',
    front: { ordinary503: '0.1%' },
    // So many before the change that one of them is seen almost surely.
    args: ({ front }) => ['--url', front.url, '--rate', '150', '--baseline', '30s'],
    disturb: async () => {},
  },
  {
    name: '0.1 % of answers are 503, and the baseline is too short to meet one',
    front: { ordinary503: '0.1%' },
    args: ({ front }) => ['--url', front.url, '--rate', '20', '--baseline', '10s', '--after', '30s'],
    disturb: async () => {},
  },
];

function portsOfClient(range: string): void {
  system(...inClient(), 'sysctl', '-qw', `net.ipv4.ip_local_port_range=${range}`);
}

function stepFile({ folder }: Deployment, step: string): string {
  const file = join(folder, 'clock');
  writeFileSync(file, `${step}\n`);
  return file;
}

function signalWorkers({ process: { pid } }: Front, signal: NodeJS.Signals): void {
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8');
    for (const child of children.split(' ').filter(Boolean)) process.kill(Number(child), signal);
  }
}

async function once(disturbance: Disturbance): Promise<{ verdict: string; told: string }> {
  const app = await deploy('hitless');
  try {
    const front = await app.behind(startNginx, 0, { backends: [app.balancer], ...disturbance.front });
    const scene = { app, front };
    const times = ['--baseline', '5s', '--after', '5s', '--rate', '50'];
    const own = disturbance.args?.(scene) ?? [];
    const args = [...times.filter((_, i) => !own.includes(times[i - (i % 2)] as string)), ...own];
    const verified = await verify(args, app.command, {
      env: disturbance.env?.(scene) ?? {},
      by: disturbance.by?.() ?? [],
      meanwhile: async (cli) => {
        // One that ends before its rollout began is told by its verdict.
        await Promise.race([app.begun, cli.end]);
        await disturbance.disturb(scene, cli);
      },
    });
    return { verdict: verified.result?.verdict ?? 'no result', told: line(verified) };
  } finally {
    await app.stop();
  }
}

/** Throws where it fails. */
function system(...[command = '', ...words]: string[]): void {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8', env: withServers });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
}

/** A network namespace lasts as long as a process in it, and that one as long as ours. */
async function plugClient(): Promise<ChildProcess> {
  const { server, address } = client;
  const keeper = spawn('unshare', ['--net', 'setpriv', '--pdeathsig', 'KILL', 'sleep', 'infinity']);
  client.pid = keeper.pid as number;
  const own = readlinkSync('/proc/self/ns/net');
  while (readlinkSync(`/proc/${client.pid}/ns/net`) === own) await sleep(10);
  system('ip', 'link', 'add', 'hitless-wolf', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(client.pid));
  system('ip', 'addr', 'add', `${server}/30`, 'dev', 'hitless-wolf');
  system('ip', 'link', 'set', 'hitless-wolf', 'up');
  system(...inClient(), 'ip', 'addr', 'add', `${address}/30`, 'dev', 'eth0');
  for (const device of ['lo', 'eth0']) system(...inClient(), 'ip', 'link', 'set', device, 'up');
  return keeper;
}

/** Names are asked of our own resolver, and networks are our own, in namespaces that end with this process. */
if (process.getuid?.() === 0 && process.env.HITLESS_WOLF_INSIDE === undefined) {
  const file = join(mkdtempSync(join(tmpdir(), 'hitless-wolf-')), 'resolv.conf');
  writeFileSync(file, `nameserver ${resolverAddress}\n`);
  const shell = 'mount --bind "$0" /etc/resolv.conf && ip link set lo up && exec "$@"';
  const words = ['--mount', '--net', 'sh', '-c', shell, file, process.execPath, ...process.argv.slice(1)];
  const env = { ...withServers, HITLESS_WOLF_INSIDE: '1' };
  const { status } = spawnSync('unshare', words, { stdio: 'inherit', env });
  rmSync(dirname(file), { recursive: true });
  process.exit(status ?? 1);
}
const resolver = process.getuid?.() === 0 ? await startResolver(resolverAddress) : null;
const keeper = resolver === null ? null : await plugClient();

const seen = new Map<string, number>();
for (const disturbance of disturbances.filter(({ name }) => name.includes(values.only))) {
  const lacking = disturbance.lacks?.();
  if (lacking !== undefined) {
    console.log(`not tried: ${disturbance.name}, which ${lacking}`);
    continue;
  }
  for (let n = 1; n <= Number(values.times); n++) {
    const { verdict, told } = await once(disturbance);
    console.log(`${n}/${values.times} ${disturbance.name}: ${told}`);
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  }
}
console.log([...seen].map(([verdict, number]) => `${number} ${verdict}`).join(', '));
resolver?.close();
keeper?.kill('SIGKILL');
process.exitCode = [...seen.keys()].every((verdict) => verdict === 'pass' || verdict === 'inconclusive') ? 0 : 1;
