import { expect, test } from 'vitest';
import { endingOf } from '../../../targets/kubernetes/ending.ts';
import { workloadFacts } from '../../../targets/kubernetes/workload-facts.ts';

const hook = (preStop: object) => ({ containers: [{}, { lifecycle: { preStop } }] });

test.each([
  [{}, { graceSeconds: 30, preStop: false }],
  [{ terminationGracePeriodSeconds: 0 }, { graceSeconds: 0, preStop: false }],
  [hook({ sleep: { seconds: 3 } }), { graceSeconds: 30, preStop: true, preStopSeconds: 3 }],
  [
    hook({ exec: { command: ['sh', '-c', 'sleep 5'] } }),
    { graceSeconds: 30, preStop: true, preStopSeconds: 5, preStopByCommand: true },
  ],
  [hook({ exec: { command: ['nginx', '-s', 'quit'] } }), { graceSeconds: 30, preStop: true }],
  [hook({ httpGet: { port: 80 } }), { graceSeconds: 30, preStop: true }],
])('a pod of %j ends as it says', (spec, ending) => {
  expect(endingOf(spec)).toEqual(ending);
});

const unreadyOf = (...probes: object[]) => {
  const containers = probes.map((readinessProbe) => ({ name: 'app', readinessProbe }));
  const spec = { template: { spec: { containers } } };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'app' }, spec };
  return workloadFacts(object).unreadySeconds;
};

test('how long a door may be closed before it shows in the probe; a command knocks at no door', () => {
  expect(unreadyOf({ httpGet: { port: 80 } })).toBe(41);
  expect(unreadyOf({ tcpSocket: { port: 80 }, periodSeconds: 1 })).toBe(5);
  expect(unreadyOf({ exec: { command: ['true'] }, periodSeconds: 1 })).toBeUndefined();
  // Which of them the traffic goes to nobody knows.
  expect(unreadyOf({ httpGet: { port: 80 } }, { httpGet: { port: 81 } })).toBeUndefined();
});
