/**
 * Measures on a real cluster what the local target draws by chance: how long a container takes to start and to be
 * started again, and how much later than its list of endpoints a Service leads elsewhere.
 *
 *   node test/cluster/timing/measure.ts --image NAME:v0.0.1 --other NAME:v0.0.2 > targets/controller/timing.json
 *
 * The images are helloworld's, made with Dockerfile.hitless, and can be pulled by the cluster that KUBECONFIG names. A
 * Service of type LoadBalancer must answer on this machine's loopback, and the nodes must share its clock. A round is
 * three replicas and takes about half a minute.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { figuresOf } from './figures.ts';
import { Kubectl } from './kubectl.ts';
import { Pods } from './pods.ts';
import { visit } from './visits.ts';

const { values } = parseArgs({
  options: {
    image: { type: 'string' },
    other: { type: 'string' },
    rounds: { type: 'string', default: '34' },
    port: { type: 'string', default: '8899' },
  },
});
const { image, other, rounds, port } = values;
if (image === undefined || other === undefined || !/^[1-9]\d?$/.test(rounds))
  throw new Error('usage: measure.ts --image NAME --other NAME [--rounds N] [--port N]');

const visitsASecond = 300;
const kubectl = new Kubectl(`timing-${process.pid}`);
const pods = new Pods(kubectl);
const loads: number[] = [];
const manifest = readFileSync(new URL('../../../manifests/05-hitless/deployment.yml', import.meta.url), 'utf8')
  .replace('mimuc/helloworld:v0.0.1', image)
  .replace('port: 8888', `port: ${port}`);

/** A rollout to its end: the last old pod is gone and nobody is led to it. */
async function complete(): Promise<void> {
  await kubectl.call('rollout', 'status', 'deployment/mimuc-app', '--timeout=90s');
  await pods.ask('started');
  while (pods.terminating.length > 0) await setTimeout(100);
  loads.push(loadavg()[0] ?? 0);
  // kube-proxy follows within a second or so, and each rollout shall meet it at another moment of its period.
  await setTimeout(2000 + Math.random() * 1000);
}

async function rollouts(): Promise<void> {
  for (let round = 1; round <= Number(rounds); round++) {
    await kubectl.call('set', 'image', 'deployment/mimuc-app', `mimuc-app=${round % 2 ? image : other}`);
    await complete();
    console.error(`rollouts: ${round} of ${rounds}, load ${loads.at(-1)}`);
  }
}

/** New pods each round: a container that ends a second time meets the back-off. */
async function ends(): Promise<void> {
  // Without a drain the process ends when it is told to, and nobody waits for a pod that is replaced.
  const quick = [
    { op: 'remove', path: '/spec/template/spec/containers/0/lifecycle' },
    { op: 'replace', path: '/spec/strategy/rollingUpdate/maxUnavailable', value: '100%' },
  ];
  await kubectl.call('patch', 'deployment', 'mimuc-app', '--type=json', `--patch=${JSON.stringify(quick)}`);
  pods.part = 'ends';
  for (let round = 1; round <= Number(rounds); round++) {
    await kubectl.call('set', 'env', 'deployment/mimuc-app', 'DRAIN=0', `ROUND=${round}`);
    await complete();
    for (const [pod, moments] of pods.living) {
      // The stream breaks with the container, so its end is the moment.
      await kubectl.call('exec', pod, '--', 'sh', '-c', 'kill 1; sleep 60').catch(() => {});
      moments.ended = Date.now();
      await setTimeout(Math.random() * 1000);
    }
    await kubectl.call('wait', '--for=condition=Available', 'deployment/mimuc-app', '--timeout=60s');
    await setTimeout(4000);
    await pods.ask('restarted');
    console.error(`ends: ${round} of ${rounds}, load ${loads.at(-1)}`);
  }
}

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
await kubectl.call('create', 'namespace', kubectl.namespace);
const watch = kubectl.watchPods((change) => pods.keep(change));
try {
  await kubectl.apply(manifest);
  await complete();
  // The nodes pull both images before it counts.
  await kubectl.call('set', 'image', 'deployment/mimuc-app', `mimuc-app=${other}`);
  await complete();
  loads.length = 0;
  pods.part = 'rollouts';
  const visits = visit(Number(port), visitsASecond, ending.signal);
  const from = Date.now();
  await rollouts();
  const to = Date.now();
  ending.abort();
  const visited = await visits;
  await ends();

  const version = JSON.parse(await kubectl.call('version', '--output', 'json'));
  const nodes = (await kubectl.call('get', 'nodes', '--output', 'name')).trim().split('\n').length;
  const sorted = loads.toSorted((a, b) => a - b);
  const about = {
    measured: new Date().toISOString().slice(0, 10),
    kubernetes: version.serverVersion.gitVersion,
    nodes,
    processors: availableParallelism(),
    load: { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted.at(-1) },
    command: `node test/cluster/timing/measure.ts --image NAME:v0.0.1 --other NAME:v0.0.2 --rounds ${rounds}`,
  };
  console.log(JSON.stringify({ about, ms: figuresOf(pods.all, visited, [from, to]) }, null, 2));
} finally {
  ending.abort();
  watch.kill();
  await kubectl.call('delete', 'namespace', kubectl.namespace, '--wait=false');
}
