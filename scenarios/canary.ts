import { binomialTest, defineScenario, type RunView } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

/** One of four replicas. */
const share = 1 / 4;
/** A gate that cries once in a thousand runs is turned off. */
const alarm = 1e-6;
/** Fewer connections than that could all miss one of four replicas. */
const enough = 100;

/** Which of the steps are looked at, by their places from 0. */
const before = 1;
const beside = 3;
const after = 6;

function canaryGetsItsShare(run: RunView) {
  const { byVersion } = run.tally({ lane: 'visitors', step: beside });
  const canary = byVersion.get('v0.0.2')?.connections ?? 0;
  const stable = byVersion.get('v0.0.1')?.connections ?? 0;
  const number = canary + stable;
  const p = binomialTest(canary, number, share);
  const percent = ((100 * canary) / Math.max(1, number)).toFixed(1);
  return {
    verdict: number < enough ? 'inconclusive' : p < alarm ? 'fail' : 'pass',
    message: `The canary got ${canary} of ${number} new connections, ${percent} %, where one of four replicas gets 25 % (p = ${p.toPrecision(2)}).`,
    expected: { share, p: `at least ${alarm}` },
    actual: { canary, stable, p },
    ...(number < enough ? { hint: `make at least ${enough} new connections beside the canary` } : {}),
  } as const;
}

function onlyThen(run: RunView) {
  const versions = (step: number) => [...run.tally({ step }).byVersion.keys()].sort().join(', ') || 'nobody';
  const saw = [before, beside, after].map(versions);
  const message = `Before the canary ${saw[0]} answered, beside it ${saw[1]}, and after its promotion ${saw[2]}.`;
  const isRight = saw[0] === 'v0.0.1' && saw[1] === 'v0.0.1, v0.0.2' && saw[2] === 'v0.0.2';
  return { verdict: isRight ? 'pass' : 'fail', message, actual: saw } as const;
}

export default defineScenario({
  name: 'canary',
  description:
    'One replica of v0.0.2 beside three of v0.0.1 gets a quarter of the new connections. It does well, so it is promoted: the others are updated, and the canary goes. Nobody loses a request.',
  app: {
    manifests: ['../manifests/canary'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1', 'v0.0.2'),
  },
  targets: ['local', 'kubernetes'],
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    {
      name: 'visitors',
      connection: 'fresh',
      rate: 100,
      expect: hello,
    },
  ],
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '2s' },
    { scale: { deployment: 'mimuc-app-canary', replicas: 1, timeout: '60s' } },
    { hold: '8s' },
    { rollout: { deployment: 'mimuc-app-stable', image: 'mimuc/helloworld:v0.0.2', timeout: '90s' } },
    { scale: { deployment: 'mimuc-app-canary', replicas: 0, timeout: '60s' } },
    { hold: '1s' },
  ],
  checks: [
    'zero-failed',
    { 'max-outage': { ms: 0 } },
    { name: 'the canary gets its share', assertRun: canaryGetsItsShare },
    { name: 'old, then both, then new', assertRun: onlyThen },
  ],
});
