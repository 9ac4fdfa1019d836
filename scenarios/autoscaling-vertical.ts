import { setTimeout } from 'node:timers/promises';
import { defineScenario, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

const bigger = { cpu: '400m', memory: '192Mi' };
const biggerBytes = 192 * 1024 * 1024;
const withinMs = 90_000;

/** What the node itself lets the container have, whichever version of control groups it has. */
const readLimit =
  'cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null';

/** Resizes all pods of a Deployment, and waits until their nodes have done it, with so many restarts each, and all serve. */
async function resize({ target, signal }: StepContext, deployment: string, restarts: number): Promise<string> {
  if (target.resize === undefined)
    throw new HitlessError('HITLESS_TARGET_LACKS', `${target.kind} cannot resize a running pod`, { blame: 'usage' });
  const fromMs = performance.now();
  await target.resize(deployment, bigger);
  const own = () => target.state().replicas.filter((replica) => replica.deployment === deployment);
  const isDone = async (pod: string) => {
    const { code, stdout } = await target.exec(pod, ['sh', '-c', readLimit]).catch(() => ({ code: 1, stdout: '' }));
    return code === 0 && Number(stdout.trim()) === biggerBytes;
  };
  for (;;) {
    const done = await Promise.all(own().map(({ pod }) => isDone(pod)));
    if (done.every(Boolean) && own().every((replica) => replica.ready && replica.restarts >= restarts)) break;
    if (performance.now() - fromMs > withinMs)
      throw new HitlessError(
        'HITLESS_NOT_RESIZED',
        `the pods of ${deployment} were not resized within ${withinMs / 1000} s`,
        {
          blame: 'environment',
          hint: 'Resizing in place takes Kubernetes 1.33 or newer, and room on the node.',
        },
      );
    await setTimeout(500, undefined, { signal });
  }
  return `after ${((performance.now() - fromMs) / 1000).toFixed(1)} s each has ${bigger.memory}; restarts: ${own()
    .map((replica) => replica.restarts)
    .join(' and ')}`;
}

/** By the platform's word, not by that of the steps. */
function whichWereStarted({ facts }: RunView): RunFinding {
  const restarts = (deployment: string) =>
    facts.events.filter(({ kind, owner }) => kind === 'restarted' && owner === deployment).length;
  const created = (deployment: string) =>
    facts.events.filter(({ kind, owner }) => kind === 'created' && owner === deployment).length;
  const inPlace = restarts('in-place');
  const restarted = restarts('restarted');
  const isRight = inPlace === 0 && restarted === 2 && created('in-place') === 2 && created('restarted') === 2;
  return {
    verdict: isRight ? 'pass' : 'fail',
    message: `Resized in place, containers were started again ${inPlace} times; where memory takes a start, ${restarted} times. No pod was replaced: there were ${created('in-place')} and ${created('restarted')}.`,
    expected: { 'in-place': 0, restarted: 2 },
    actual: { 'in-place': inPlace, restarted },
  };
}

export default defineScenario({
  name: 'autoscaling-vertical',
  description:
    'Running replicas get more memory and more of the processor. One app goes on as if nothing had happened; the other ' +
    'one says that its container has to start again for that, and all of its replicas do so at once.',
  targets: ['kubernetes'],
  app: {
    manifests: ['../manifests/autoscaling-vertical'],
    service: 'in-place',
    images: helloworld('v0.0.1'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    { name: 'in-place', service: 'in-place', connection: 'fresh', rate: 50, expect: hello },
    { name: 'in-place-kept', service: 'in-place', connection: 'kept', connections: 5, rate: 50, expect: hello },
    { name: 'restarted', service: 'restarted', connection: 'fresh', rate: 50, expect: hello },
  ],
  steps: [
    { deploy: { timeout: '90s' } },
    { hold: '2s' },
    { name: 'resize in place', run: (context) => resize(context, 'in-place', 0) },
    { hold: '1s' },
    { name: 'resize with a restart', run: (context) => resize(context, 'restarted', 1) },
    { hold: '2s' },
  ],
  checks: [
    { 'zero-failed': { lane: 'in-place' } },
    { 'zero-failed': { lane: 'in-place-kept' } },
    { 'max-outage': { ms: 0, lane: 'in-place' } },
    { name: 'did it restart?', assertRun: whichWereStarted },
  ],
});
