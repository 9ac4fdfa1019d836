import { expect, test } from 'vitest';
import { nameOfWorkload, workloadOf } from '../../targets/workload-name.ts';

test.each([
  ['deployment/shop', 'Deployment', 'deployment/shop'],
  ['deploy/shop', 'Deployment', 'deployment/shop'],
  ['StatefulSet/db', 'StatefulSet', 'statefulset/db'],
  ['sts/db', 'StatefulSet', 'statefulset/db'],
  ['statefulset.apps/db', 'StatefulSet', 'statefulset/db'],
  ['ds/agent', 'DaemonSet', 'daemonset/agent'],
  ['rollouts.argoproj.io/shop', 'Rollout', 'rollout/shop'],
  ['rs/lone-1', 'ReplicaSet', 'replicaset/lone-1'],
] as const)('%s is a %s', (text, kind, name) => {
  expect(workloadOf(text).kind).toBe(kind);
  expect(nameOfWorkload(workloadOf(text))).toBe(name);
});

test.each([
  ['shop', '--workload: expected KIND/NAME, such as deployment/shop, got shop'],
  ['deployment/', '--workload: expected KIND/NAME'],
  ['deployment/Shop_1', '--workload: expected KIND/NAME'],
  ['statefullset/db', '--workload: statefullset is no kind that is looked at: did you mean statefulset?'],
  ['job/x', '--workload: job is no kind that is looked at: known: deployment,'],
  ['constructor/x', '--workload: constructor is no kind that is looked at'],
])('%s is refused', (text, message) => {
  expect(() => workloadOf(text)).toThrow(
    expect.objectContaining({ code: 'HITLESS_USAGE', message: expect.stringContaining(message) }),
  );
});
