import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nowUs } from '../../../record/clock.ts';
import type { Event } from '../../../record/event.ts';
import type { Message } from '../../../targets/kubernetes/observe/message.ts';
import { Observer } from '../../../targets/kubernetes/observe/observer.ts';
import { type Comparison, compare } from './compare.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { DeployedApp, type DeployedKind, until } from './rollouts.ts';
import { lengthOf, truthsOf } from './truth.ts';
import { wallOffsetUs } from './wall-clock.ts';

/** What the observer has to bear: nothing; its connections cut each second; an API server that stands still for 10 s in a rollout. */
export type Trouble = 'none' | 'cut' | 'pause';

export interface SeriesOptions {
  log: string;
  images: readonly [string, string];
  rollouts: number;
  trouble: Trouble;
  /** By default a Deployment. */
  kind?: DeployedKind;
}

export interface Series {
  comparison: Comparison;
  events: Event[];
  messages: Message[];
  /** From the first deployment to the end of the last rollout. */
  fromUs: number;
  toUs: number;
}

/** Rolls an app out again and again under an observer, and holds its events to the audit log. */
export async function observeRollouts({
  log,
  images,
  rollouts,
  trouble,
  kind = 'Deployment',
}: SeriesOptions): Promise<Series> {
  const app = new DeployedApp(`hitless-test-audit-${process.pid}-${trouble}-${kind.toLowerCase()}`, kind);
  const proxy = trouble === 'cut' ? await CuttingProxy.start() : null;
  const events: Event[] = [];
  const messages: Message[] = [];
  const start = lengthOf(log);
  const observer = new Observer(proxy?.kubeConfig() ?? app.kubeConfig, {
    namespace: app.namespace,
    kinds: [kind],
    onEvent: (event) => events.push(event),
    onChange: () => {},
    onMessage: (message) => messages.push(message),
  });
  let cutting: NodeJS.Timeout | undefined;
  try {
    await app.makeNamespace();
    await observer.start();
    if (proxy !== null) cutting = setInterval(() => proxy.cut(), 1000);
    const fromUs = nowUs();
    await app.deploy(images[0]);
    await until(() => isComplete(observer), 'the deployment');
    for (let nth = 1; nth <= rollouts; nth++) {
      const before = new Set(observer.all('pods').map(({ metadata }) => metadata.uid));
      const pausing = trouble === 'pause' ? pauseSoon(10) : Promise.resolve();
      observer.expect('app', await app.setImage(images[nth % 2] as string));
      await pausing;
      await until(() => isComplete(observer) && hasEnded(observer, before), `rollout ${nth}`);
    }
    const toUs = nowUs();
    const offsetUs = wallOffsetUs();
    const truths = () => truthsOf(log, start, app.namespace, offsetUs);
    // What the log has by now is in the record a moment later, when the watches are back.
    const due = truths();
    await until(() => compare(due, events).missing.length === 0 || nowUs() > toUs + 15e6);
    const told = [...events];
    // What was made meanwhile may be told already, and need not be.
    const comparison = compare(truths(), told);
    comparison.missing = comparison.missing.filter((truth) => truth.toUs <= toUs);
    return { comparison, events, messages, fromUs, toUs };
  } finally {
    clearInterval(cutting);
    observer.stop();
    await proxy?.stop();
    await app.remove();
  }
}

function isComplete(observer: Observer): boolean {
  const { deployments, replicas } = observer.state();
  const live = replicas.filter(({ phase }) => phase !== 'exited');
  return (
    deployments[0]?.progress === 'complete' &&
    live.length > 0 &&
    live.length === deployments[0].promise.replicas &&
    live.every(({ ready, listed }) => ready && listed)
  );
}

function hasEnded(observer: Observer, pods: ReadonlySet<string>): boolean {
  return observer.all('pods').every(({ metadata }) => !pods.has(metadata.uid));
}

/** A second from now, in the middle of a rollout. Resolves when the API server goes on. */
async function pauseSoon(seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const child = spawn(join(import.meta.dirname, '../cluster'), ['api-pause', String(seconds)], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`cluster api-pause ended with ${code}`);
}
