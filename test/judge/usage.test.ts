import { expect, test } from 'vitest';
import { event, every, facts, us } from '../check/run.ts';
import { judged } from './judged.ts';

const amount = (mean: number, max: number) => ({ mean, max });
const replica = (pod: string, version: string, readings: number, cpu: number, memory: number) => ({
  pod,
  version,
  readings,
  cpuCores: amount(cpu, cpu * 2),
  memoryBytes: amount(memory, memory * 2),
});

test('versions stand side by side, each replica tells its node and its own use, and times are from the start', () => {
  const { usage, replicas } = judged(
    facts({
      target: {
        ...facts({}).target,
        places: { a: { node: 'node-1', zone: 'eu-a', region: 'eu' } },
      },
      events: ['a', 'b', 'c'].map((name) => event('ready', name, 0)),
      usage: {
        source: 'here',
        everyMs: 2000,
        replicas: [
          replica('a', 'v1', 1, 0.1, 100),
          replica('b', 'v1', 3, 0.5, 300),
          { ...replica('c', 'v2', 1, 0, 50), cpuCores: null },
        ],
        blind: [{ fromUs: us(10), toUs: us(30), reason: 'silence' }],
      },
    }),
    every(5, 100),
  );
  expect(usage).toEqual({
    source: 'here',
    everyMs: 2000,
    byVersion: [
      { version: 'v1', replicas: 2, readings: 4, cpuCores: amount(0.4, 1), memoryBytes: amount(250, 600) },
      { version: 'v2', replicas: 1, readings: 1, cpuCores: null, memoryBytes: amount(50, 100) },
    ],
    blind: [{ fromMs: 10, toMs: 30, reason: 'silence' }],
  });
  const [a] = replicas.filter(({ pod }) => pod === 'a');
  expect(a).toMatchObject({
    node: 'node-1',
    zone: 'eu-a',
    region: 'eu',
    used: { readings: 1, cpuCores: amount(0.1, 0.2) },
  });
});

test('a target that tells nothing leaves it out', () => {
  expect(judged(facts({}), every(5, 100)).usage).toBeUndefined();
});
