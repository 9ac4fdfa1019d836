import { defineScenario, type RunView } from 'hitless';
import { hello, helloworld } from './helloworld/helloworld.ts';

const [blue, green] = ['v0.0.1', 'v0.0.2'] as const;

/** Places of the steps, from 0: a switch and what follows it, and the same back. */
const there = { switch: 2, after: 3 };
const back = { switch: 4, after: 5 };

/** New connections follow a switch, all of them, and so they do back: that is what the old colour is kept for. */
function changesOverAndBack(run: RunView) {
  const took = (place: number) => {
    const step = run.facts.steps.find(({ index }) => index === place);
    return step === undefined ? 'never' : `after ${((step.toUs - step.fromUs) / 1e6).toFixed(1)} s`;
  };
  const answered = (place: number) => [...run.tally({ lane: 'visitors', step: place }).byVersion.keys()].sort();
  const saw = [answered(there.after), answered(back.after)].map((versions) => versions.join(' and ') || 'nobody');
  return {
    verdict: saw[0] === green && saw[1] === blue ? 'pass' : 'fail',
    message: `New connections: ${took(there.switch)} the switch was over and ${saw[0]} answered, and ${took(back.switch)} the way back, and ${saw[1]} answered.`,
    expected: [green, blue],
    actual: saw,
  } as const;
}

/** The price of it: as many replicas again, which serve nobody most of the time. */
function costsTwiceTheReplicas({ facts }: RunView) {
  const created = (color: string) =>
    facts.events.filter(({ kind, owner }) => kind === 'created' && owner === `mimuc-app-${color}`).length;
  const [ofBlue, ofGreen] = [created('blue'), created('green')];
  const gone = facts.events.filter(({ kind }) => kind === 'exited').length;
  return {
    verdict: ofBlue > 0 && ofBlue === ofGreen && gone === 0 ? 'pass' : 'fail',
    message: `${ofBlue} blue and ${ofGreen} green replicas ran all the time, and half of them served.`,
    actual: { blue: ofBlue, green: ofGreen, gone },
  } as const;
}

export default defineScenario({
  name: 'blue-green',
  description:
    'Both versions run side by side and the Service is switched from blue to green at once, and back again. New connections follow the switch; connections that clients keep stay with blue until they end, which is why blue must stay up.',
  app: {
    manifests: ['../manifests/06-blue-green'],
    service: 'mimuc-service',
    images: helloworld('v0.0.1', 'v0.0.2'),
  },
  identity: { replica: 'body:/name', version: 'header:x-version', counter: 'body:/counter' },
  lanes: [
    { name: 'visitors', connection: 'fresh', rate: 200, expect: hello },
    {
      name: 'regulars',
      connection: 'kept',
      connections: 20,
      // Their client replaces a connection after a second: that is how long they see the colour that was left.
      life: { age: '1s' },
      rate: 200,
      expect: hello,
    },
  ],
  steps: [
    { deploy: { timeout: '60s' } },
    { hold: '2s' },
    { switch: { service: 'mimuc-service', selector: { app: 'mimuc-app', color: 'green' }, timeout: '30s' } },
    { hold: '3s' },
    { switch: { service: 'mimuc-service', selector: { app: 'mimuc-app', color: 'blue' }, timeout: '30s' } },
    { hold: '3s' },
  ],
  checks: [
    'zero-failed',
    { 'max-outage': { ms: 0 } },
    { name: 'the switch, and the way back', assertRun: changesOverAndBack },
    { name: 'twice the replicas', assertRun: costsTwiceTheReplicas },
  ],
});
