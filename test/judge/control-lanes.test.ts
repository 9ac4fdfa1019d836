import { expect, test } from 'vitest';
import { every, facts, lane, us } from '../check/run.ts';
import { judged } from './judged.ts';

const run = facts({
  trafficToUs: us(10_000),
  lanes: [lane('visitors'), { ...lane('control', 'fresh', 20), role: 'control' }],
});
const visitors = every(10, 1000, (index) => ({ replica: `r${index % 2}`, replicaSource: 'answer', version: 'v1' }));
const control = (outcome: 'ok' | 'refused' = 'ok', took = 900) =>
  every(50, 200, () => ({ lane: 'control', outcome, took, replica: 'other', replicaSource: 'answer', version: 'x' }));

test('what a control lane got is counted apart, and nothing else speaks of it', () => {
  const result = judged(run, [...visitors, ...control()]);
  expect(result.verdict).toBe('pass');
  expect(result.traffic).toMatchObject([
    { lane: 'visitors', planned: 1000, pathFailures: 0 },
    { lane: 'control', role: 'control', planned: 200, ok: 200 },
  ]);
  expect(result.replicas.map(({ name }) => name)).toEqual(['r0', 'r1']);
  expect(Object.keys(result.series.byVersion)).toEqual(['v1']);
  expect(result.percentiles.all?.at(-1)?.[1]).toBeLessThan(10);
  expect(result.reasons).toEqual(['All 1,000 requests got a good answer.', 'No outage in 1,000 requests.']);
});

test('its failures are not among the failures, and leave the verdict alone', () => {
  const result = judged(run, [...visitors, ...control('refused')]);
  expect(result).toMatchObject({ verdict: 'pass', unexplained: 0, failures: [], outages: [] });
});

test('where both fail together the run is inconclusive, and says how many of each lane were the way there', () => {
  const out = (one: (typeof visitors)[number]) =>
    one.sentUs !== null && one.sentUs >= us(5000) && one.sentUs < us(5500)
      ? { ...one, outcome: 'refused' as const, status: null }
      : one;
  const result = judged(run, [...visitors.map(out), ...control('ok', 1).map(out)]);
  expect(result.verdict).toBe('inconclusive');
  expect(result.traffic).toMatchObject([
    { failed: 50, pathFailures: 50 },
    { role: 'control', failed: 10 },
  ]);
  expect(result.toConclude).toContain('run again when the way there holds');
});

test('a control lane that could not be sent takes nothing from a pass', () => {
  expect(judged(run, visitors).verdict).toBe('pass');
});
