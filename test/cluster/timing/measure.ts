/**
 * Measures on a real cluster what the local target draws by chance: how long a container takes to start and to be
 * started again, and how much later than its list of endpoints a Service leads elsewhere.
 *
 *   node test/cluster/timing/measure.ts IMAGE OTHER_IMAGE [ROUNDS] > timing.json
 *
 * The images are helloworld's, made with Dockerfile.hitless, and can be pulled by the cluster that KUBECONFIG names. A
 * Service of type LoadBalancer must answer on this machine's loopback, and its clock must be the nodes'. A round is
 * three replicas; each figure is in ms.
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Kubectl } from './kubectl.ts';
import { visit } from './visits.ts';

const [image, otherImage, rounds = '12'] = process.argv.slice(2);
if (image === undefined || otherImage === undefined || !/^[1-9]\d?$/.test(rounds))
  throw new Error('usage: measure.ts IMAGE OTHER_IMAGE [ROUNDS]');

const port = 8899;
const visitsASecond = 300;
const kubectl = new Kubectl(`timing-${process.pid}`);
const manifest = readFileSync(new URL('../../../manifests/05-hitless/deployment.yml', import.meta.url), 'utf8')
  .replace('mimuc/helloworld:v0.0.1', image)
  .replace('port: 8888', `port: ${port}`);

/** Moments of a pod, in ms since 1970, as the watch told them; started from the pod itself. */
interface Moments {
  created: number;
  started?: number;
  ready?: number;
  deleted?: number;
  gone?: number;
  ended?: number;
  unready?: number;
  restarted?: number;
  name?: string;
}
const pods = new Map<string, Moments>();

function keepMoments({ type, object }: Parameters<Parameters<Kubectl['watchPods']>[0]>[0]): void {
  const { name, deletionTimestamp } = object.metadata;
  const now = Date.now();
  const pod = pods.get(name) ?? { created: now };
  pods.set(name, pod);
  const ready = object.status.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  if (ready) pod.ready ??= now;
  if (deletionTimestamp) pod.deleted ??= now;
  if (type === 'DELETED') pod.gone ??= now;
  if (pod.ended !== undefined && !ready && type !== 'DELETED') pod.unready ??= now;
}

/** What the watch does not tell of the pods that run: their names and when their first process started. */
async function askPods(moment: 'started' | 'restarted'): Promise<void> {
  for (const [pod, moments] of pods) {
    if (moments.deleted !== undefined || moments[moment] !== undefined) continue;
    moments[moment] = await kubectl.startedMs(pod);
    moments.name ??= /helloworld \S+ (\w+) listens/.exec(await kubectl.call('logs', pod))?.[1] ?? '';
  }
}

/** A rollout to its end: the last old pod is gone and nobody is led to it. */
async function complete(): Promise<void> {
  await kubectl.call('rollout', 'status', 'deployment/mimuc-app', '--timeout=120s');
  await askPods('started');
  while ([...pods.values()].some((pod) => pod.deleted !== undefined && pod.gone === undefined)) await setTimeout(100);
  // kube-proxy follows within a second or so, and each rollout shall meet it at another moment of its period.
  await setTimeout(2000 + Math.random() * 1000);
}

/** Ends the first process of every container once (a second time would meet the back-off) and waits for the next. */
async function endContainers(): Promise<void> {
  for (const [pod, moments] of pods) {
    if (moments.deleted !== undefined) continue;
    // The stream breaks with the container, so its end is the moment.
    await kubectl.call('exec', pod, '--', 'sh', '-c', 'kill 1; sleep 60').catch(() => {});
    moments.ended = Date.now();
    await setTimeout(Math.random() * 1000);
  }
  await setTimeout(5000);
  await askPods('restarted');
}

const ending = new AbortController();
await kubectl.call('create', 'namespace', kubectl.namespace);
const watch = kubectl.watchPods(keepMoments);
try {
  await kubectl.apply(manifest);
  await complete();
  const visits = visit(port, visitsASecond, ending.signal);
  const visitsFrom = Date.now();
  for (let round = 1; round <= Number(rounds); round++) {
    await kubectl.call('set', 'image', 'deployment/mimuc-app', `mimuc-app=${round % 2 ? otherImage : image}`);
    await complete();
  }
  const visitsTo = Date.now();
  ending.abort();
  const visited = await visits;

  // A drain of 0 s, so that the process ends when it is told to.
  for (let round = 0; round < Number(rounds); round++) {
    await kubectl.call('set', 'env', 'deployment/mimuc-app', 'DRAIN=0', `ROUND=${round}`);
    await complete();
    await endContainers();
  }

  const all = [...pods.values()];
  const between = (from: (pod: Moments) => number | undefined, to: (pod: Moments) => number | undefined) =>
    all
      .map((pod) => (to(pod) ?? Number.NaN) - (from(pod) ?? Number.NaN))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
  const visitOf = (pod: Moments) => (pod.created > visitsFrom ? visited.get(pod.name ?? '') : undefined);
  const figures = {
    createdToStarted: between(
      (pod) => pod.created,
      (pod) => pod.started,
    ),
    startedToReady: between(
      (pod) => pod.started,
      (pod) => pod.ready,
    ),
    readyToFirstVisit: between(
      (pod) => pod.ready,
      (pod) => visitOf(pod)?.firstMs,
    ),
    deletedToLastVisit: between(
      (pod) => pod.deleted,
      (pod) => ((pod.deleted ?? visitsTo) < visitsTo ? visitOf(pod)?.lastMs : undefined),
    ),
    endedToUnready: between(
      (pod) => pod.ended,
      (pod) => pod.unready,
    ),
    endedToRestarted: between(
      (pod) => pod.ended,
      (pod) => pod.restarted,
    ),
  };
  const lines = Object.entries(figures).map(([name, values]) => `  ${JSON.stringify(name)}: ${JSON.stringify(values)}`);
  console.log(`{\n${lines.join(',\n')}\n}`);
} finally {
  ending.abort();
  watch.kill();
  await kubectl.call('delete', 'namespace', kubectl.namespace, '--wait=false');
}
