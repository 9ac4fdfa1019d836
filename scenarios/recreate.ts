import { defineScenario, type RunView } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

/** Places of the steps, from 0. */
const before = 1;
const rollout = 2;
const after = 3;

function comesBack(run: RunView) {
  const [old, meanwhile, renewed] = [before, rollout, after].map((step) => run.tally({ step }));
  const lost = meanwhile?.failed ?? 0;
  const message = `Before the update ${old?.failed} requests failed, during it ${lost}, after it ${renewed?.failed} of ${renewed?.sent}.`;
  const isRight = old?.failed === 0 && lost > 0 && renewed?.failed === 0 && renewed.ok > 0;
  return { verdict: isRight ? 'pass' : 'fail', message } as const;
}

function neverMixed(run: RunView) {
  const { byVersion } = run.tally();
  const [old, renewed] = [byVersion.get('v0.0.1'), byVersion.get('v0.0.2')];
  if (old === undefined || renewed === undefined) return 'one of the versions never answered';
  const gapMs = Math.round((renewed.firstSentUs - old.lastEndUs) / 1000);
  const message = `The last answer of v0.0.1 came ${gapMs} ms before the first request that v0.0.2 answered was sent.`;
  return { verdict: gapMs > 0 ? 'pass' : 'fail', message, actual: { gapMs } } as const;
}

export default defineScenario({
  name: 'recreate',
  description:
    'An update with the strategy Recreate: all old replicas go, then the new ones come. Nobody is there meanwhile, and that is the price of never having two versions at once. How long does it take?',
  app: {
    manifests: ['../manifests/recreate'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1', 'v0.0.2'),
  },
  targets: ['local', 'kubernetes'],
  identity: { replica: 'body:/name', version: 'header:x-version' },
  lanes: [
    {
      name: 'visitors',
      connection: 'fresh',
      rate: 50,
      // To a Service without endpoints a cluster may send nothing back at all.
      limits: { connect: '2s', headers: '2s' },
      expect: hello,
    },
  ],
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '2s' },
    { rollout: { deployment: 'mimuc-app', image: 'mimuc/helloworld:v0.0.2', timeout: '90s' } },
    { hold: '2s' },
  ],
  checks: [
    // It ends: how long it was is in the message.
    { 'max-outage': { ms: 60_000 } },
    { name: 'it comes back', assertRun: comesBack },
    { name: 'never two versions at once', assertRun: neverMixed },
  ],
});
