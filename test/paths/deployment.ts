import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalTarget } from '../../targets/local/local.ts';
import type { ImageSpec, Target } from '../../targets/target.ts';
import type { Backend, Front, FrontOptions } from './fronts/front.ts';

const checkout = join(import.meta.dirname, '../..');

/** What is deployed: the repaired manifest, the same with time for a front that follows late, the tutorial's own. */
export type Kind = 'hitless' | 'hitless behind a late front' | 'printed';

/** An app that somebody else deployed and rolls out, for verify to look at. */
export interface Deployment {
  folder: string;
  /** Where a balancer of the platform's own leads to any replica that is routed. */
  balancer: Backend;
  endpoints(): readonly Backend[];
  /** Something that nobody deploys. */
  control: Backend;
  /** Starts a front before it; its control plane hears of changes so much later. */
  behind(
    start: (options: FrontOptions) => Promise<Front>,
    lateMs: number,
    options?: Partial<FrontOptions>,
  ): Promise<Front>;
  /** The words of a command that rolls out the next version and ends when the last old replica is gone. */
  command: readonly string[];
  /** Resolves when that command has begun a rollout. */
  begun: Promise<void>;
  stop(): Promise<void>;
}

export async function deploy(kind: Kind): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-paths-'));
  const target = createLocalTarget({
    app: { manifests: [manifestOf(kind, folder)], service: 'mimuc-service', images: imagesOf(kind), port: 0 },
    runId: `paths-${process.pid}-${folder.slice(-6)}`,
    folder,
    seed: 1,
    onEvent: () => {},
    onNotice: () => {},
  });
  const control = createHttpServer((_, response) => response.end('ok\n')).listen(0, '127.0.0.1');
  await once(control, 'listening');
  const fronts: Front[] = [];
  const forget: (() => void)[] = [];
  const socket = join(folder, 'rollout.sock');
  const begun = Promise.withResolvers<void>();
  const orders = ordersAt(socket, target, begun.resolve);
  const stop = async () => {
    for (const each of forget) each();
    for (const front of fronts) await front.stop();
    orders.close();
    control.closeAllConnections();
    control.close();
    await target.cleanup();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await target.prepare();
    await target.apply();
    await settled(target);
    const route = await target.route('mimuc-service');
    if (route.kind !== 'choice') throw new Error('local lets its own engine choose');
    const { hostname, port } = new URL(route.url);
    const balancer = { host: hostname, port: Number(port) };
    const controlBackend = { host: '127.0.0.1', port: (control.address() as { port: number }).port };
    return {
      folder,
      balancer,
      endpoints: () => route.endpoints(),
      control: controlBackend,
      command: [process.execPath, join(import.meta.dirname, 'rollout.ts'), socket],
      begun: begun.promise,
      stop,
      behind: async (start, lateMs, options = {}) => {
        const own = join(folder, `front-${fronts.length}`);
        mkdirSync(own);
        const front = await start({ folder: own, backends: route.endpoints(), control: controlBackend, ...options });
        fronts.push(front);
        forget.push(
          route.onChange((endpoints) => {
            const now = [...endpoints];
            if (lateMs === 0) void front.follow(now);
            else setTimeout(() => void front.follow(now), lateMs).unref();
          }),
        );
        return front;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function manifestOf(kind: Kind, folder: string): string {
  const source = join(checkout, 'manifests', kind === 'printed' ? '05-zerodown' : '05-hitless', 'deployment.yml');
  let text = readFileSync(source, 'utf8');
  if (kind === 'hitless behind a late front')
    // The fix for a balancer that deregisters late: a preStop above its lag, and the grace above that.
    text = text
      .replace('seconds: 3', 'seconds: 12')
      .replace('terminationGracePeriodSeconds: 15', 'terminationGracePeriodSeconds: 30');
  const file = join(folder, 'deployment.yml');
  writeFileSync(file, text);
  return file;
}

function imagesOf(kind: Kind): Record<string, ImageSpec> {
  const command = kind === 'printed' ? ['npm', '--prefix', 'src', 'start'] : ['node', 'src/server.ts'];
  return Object.fromEntries(
    ['v0.0.1', 'v0.0.2'].map((version) => [
      `mimuc/helloworld:${version}`,
      {
        context: join(checkout, 'helloworld'),
        command,
        env: { VERSION: version, NPM_CONFIG_UPDATE_NOTIFIER: 'false' },
      },
    ]),
  );
}

/** Whoever connects has the next version rolled out; it is told when that is over. */
function ordersAt(path: string, target: Target, begun: () => void): Server {
  let next = 2;
  const roll = async (socket: Socket) => {
    socket.on('error', () => {});
    await target.rollout('mimuc-app', `mimuc/helloworld:v0.0.${next}`);
    next = 3 - next;
    begun();
    await settled(target);
    socket.end('done\n');
  };
  return createServer((socket) => void roll(socket)).listen(path);
}

/** Complete, every replica of an earlier revision gone, and no connection led to one. */
async function settled(target: Target): Promise<void> {
  const isSettled = () => {
    const { deployments, replicas } = target.state();
    const current = new Set(deployments.map(({ revision }) => revision));
    return (
      deployments.every(({ progress }) => progress === 'complete') &&
      replicas.every(
        ({ revision, phase, listed, routed }) =>
          listed === routed && (phase === 'exited' || (phase === 'running' && current.has(revision))),
      )
    );
  };
  for (const until = Date.now() + 180_000; !isSettled(); await sleep(50))
    if (Date.now() > until) throw new Error(`the rollout never ended: ${JSON.stringify(target.state())}`);
}
