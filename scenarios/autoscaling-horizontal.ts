import { setTimeout } from 'node:timers/promises';
import { defineScenario, HitlessError, type RunFinding, type RunView, type StepContext } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

/**
 * A minute and a half of much traffic, then little. New metrics come every 15 s or more (10 s on the tests' own cluster),
 * the autoscaler looks as often, and a new replica has to start.
 */
const busyMs = 90_000;
const quietMs = 180_000;
const much = 250;
const little = 10;

/** Waits until so many replicas are ready and no other is left, and says when that was. */
async function untilReady(
  { target, signal }: StepContext,
  isIt: (ready: number) => boolean,
  withinMs: number,
  what: string,
) {
  const fromMs = performance.now();
  const count = () => target.state().replicas.filter(({ phase }) => phase !== 'exited');
  while (!(isIt(count().filter(({ ready }) => ready).length) && count().every(({ ready }) => ready))) {
    if (performance.now() - fromMs > withinMs)
      throw new HitlessError('HITLESS_NOT_SCALED', `${what} did not happen within ${withinMs / 1000} s`, {
        blame: 'app',
        hint: 'Does the cluster have metrics? kubectl top pods; kubectl describe hpa',
      });
    await setTimeout(100, undefined, { signal });
  }
  return `after ${((performance.now() - fromMs) / 1000).toFixed(1)} s there were ${count().length}`;
}

const up = (context: StepContext) => untilReady(context, (ready) => ready > 1, busyMs, 'scaling up');
const down = (context: StepContext) => untilReady(context, (ready) => ready === 1, quietMs, 'scaling down');

/** The platform's own word, so that it was the autoscaler and nobody else. */
function theAutoscalerDidIt({ facts }: RunView): RunFinding {
  const told = facts.events.filter(({ kind }) => kind === 'autoscaled').map(({ message = '' }) => message);
  const changes = told.map((message) => /(\d+) → (\d+)$/.exec(message)?.slice(1).map(Number) ?? [0, 0]);
  const most = Math.max(0, ...changes.map(([, wanted = 0]) => wanted));
  const last = changes.at(-1)?.[1] ?? 0;
  return {
    verdict: most > 1 && last === 1 ? 'pass' : 'fail',
    message: `The autoscaler wanted up to ${most} replicas, and ${last} in the end.`,
    expected: 'more than one, and one in the end',
    actual: told,
  };
}

const lane = { expect: hello };

export default defineScenario({
  name: 'autoscaling-horizontal',
  description:
    'Traffic grows, replicas use their processor time, the autoscaler adds some; traffic falls, and it takes them away. ' +
    'Nobody loses a request, neither while replicas come nor while they go.',
  targets: ['kubernetes'],
  app: {
    manifests: ['../manifests/autoscaling-horizontal'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    {
      ...lane,
      name: 'crowd',
      connection: 'fresh',
      rate: little,
      ramps: [
        { to: much, over: '5s' },
        { to: much, over: `${busyMs}ms` },
        { to: little, over: '5s' },
      ],
    },
    { ...lane, name: 'regulars', connection: 'kept', connections: 5, rate: 20 },
  ],
  steps: [
    { deploy: { timeout: '90s' } },
    { name: 'wait until it is scaled up', run: up },
    { name: 'wait until it is scaled down', run: down },
    { hold: '2s' },
  ],
  checks: [
    'zero-failed',
    { 'max-outage': { ms: 0 } },
    { name: 'the autoscaler did it', assertRun: theAutoscalerDidIt },
  ],
});
