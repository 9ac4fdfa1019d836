import { defineScenario, drainNode, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

const withinUs = 120_000_000;

/** Which node is drained, and how many of the three careless replicas were on it. */
const drained = { node: '', careless: 0 };

/** The node that most of the careless replicas are on; the careful ones have one on each. */
async function findNode({ target }: StepContext): Promise<string> {
  const replicasOn = new Map<string, number>();
  for (const { pod, deployment, ready } of target.state().replicas) {
    if (deployment !== 'careless' || !ready) continue;
    const { stdout } = await target.exec(pod, ['node', '-p', 'process.env.NODE']);
    const node = stdout.trim();
    replicasOn.set(node, (replicasOn.get(node) ?? 0) + 1);
  }
  const [most = ['', 0]] = [...replicasOn].sort(([, a], [, b]) => b - a);
  [drained.node, drained.careless] = most;
  return `${drained.careless} of the 3 careless replicas are on ${drained.node}`;
}

async function drain(context: StepContext): Promise<string> {
  const { verdict, message } = await drainNode(drained.node, withinUs, context);
  if (verdict !== undefined) throw new HitlessError('HITLESS_NOT_DRAINED', message ?? '', { blame: 'app' });
  return `${drained.node} was drained`;
}

/** Three replicas that go together leave nobody, and the next ones need four seconds to start. */
function showsTheDifference(run: RunView): RunFinding {
  const { failed, sent } = run.tally({ lane: 'careless' });
  const message = `With all replicas on the drained node and no budget, ${failed} of ${sent} requests were lost.`;
  if (failed > 0) return { verdict: 'pass', message };
  const hint = 'With two nodes or more Kubernetes mostly puts replicas that like each other on one; run it again.';
  return drained.careless < 3
    ? { verdict: 'warn', message: 'The careless replicas were not all on one node, so nothing was shown.', hint }
    : { verdict: 'fail', message: 'All three replicas went at once, and yet no request was lost: was it drained?' };
}

export default defineScenario({
  name: 'node-drain',
  description:
    'A node is drained, as before its maintenance. The app whose replicas are spread over nodes, with a disruption ' +
    'budget, is in service all the time; the one whose replicas are all on that node is not.',
  targets: ['kubernetes'],
  app: {
    manifests: ['../manifests/node-drain'],
    service: 'careful',
    images: helloworld('v0.0.1'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    { name: 'careful', service: 'careful', connection: 'fresh', rate: 50, expect: hello },
    { name: 'careful-kept', service: 'careful', connection: 'kept', connections: 5, rate: 50, expect: hello },
    { name: 'careless', service: 'careless', connection: 'fresh', rate: 50, expect: hello },
  ],
  steps: [
    { deploy: { timeout: '90s' } },
    { name: 'find the node', run: findNode },
    { hold: '2s' },
    { name: 'drain it', run: drain },
    { hold: '2s' },
  ],
  checks: [
    { 'zero-failed': { lane: 'careful' } },
    { 'zero-failed': { lane: 'careful-kept' } },
    { 'max-outage': { ms: 0, lane: 'careful' } },
    { name: 'the careless app was interrupted', assertRun: showsTheDifference },
  ],
});
