import { expect, test } from 'vitest';
import { UsageLog } from '../../../runner/usage/usage-log.ts';

const version = () => 'v1';

test('readings of a replica become a mean and a maximum, and those without a rate count for memory alone', () => {
  const log = new UsageLog();
  log.add([{ pod: 'a', cpuCores: null, memoryBytes: 10 }], version);
  log.add([{ pod: 'a', cpuCores: 0.5, memoryBytes: 30 }], version);
  log.add([{ pod: 'a', cpuCores: 0.1, memoryBytes: 20 }], version);
  expect(log.facts('here', 2000)).toEqual({
    source: 'here',
    everyMs: 2000,
    replicas: [
      { pod: 'a', version: 'v1', readings: 3, cpuCores: { mean: 0.3, max: 0.5 }, memoryBytes: { mean: 20, max: 30 } },
    ],
    blind: [],
  });
});

test('what was not told in a row is one blind time, until there is a reading again', () => {
  const log = new UsageLog();
  log.missed(0, 10, 'silence');
  log.missed(0, 20, 'silence');
  log.add([], version);
  log.missed(30, 40, 'again');
  expect(log.facts('here', 1).blind).toEqual([
    { fromUs: 0, toUs: 20, reason: 'silence' },
    { fromUs: 30, toUs: 40, reason: 'again' },
  ]);
});

test('memory has a bound, however many replicas come', () => {
  const log = new UsageLog();
  for (let i = 0; i < 3_000; i++) log.add([{ pod: `p${i}`, cpuCores: 1, memoryBytes: 1 }], version);
  expect(log.facts('here', 1).replicas).toHaveLength(1_000);
});
