import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFailed, outcomes } from '../../record/attempt.ts';
import { attempt, event, every, facts, lane, step, us } from '../check/run.ts';
import { judged } from './judged.ts';

const twoLanes = [lane('visitors'), lane('regulars', 'kept')];

test('traffic is counted by lane, each attempt once', () => {
  const result = judged(facts({ lanes: twoLanes }), [
    attempt({ at: 1 }),
    attempt({ at: 2, outcome: 'refused' }),
    attempt({ at: 3, outcome: 'unsent' }),
    attempt({ at: 4, outcome: 'unanswered' }),
    attempt({ at: 5, lane: 'regulars' }),
    attempt({ at: 6, lane: 'regulars', outcome: 'stale-race', connectionUse: 2 }),
    attempt({ at: 7, lane: 'regulars', outcome: 'status' }),
  ]);
  expect(result.traffic).toMatchObject([
    {
      lane: 'visitors',
      planned: 4,
      sent: 3,
      unsent: 1,
      ok: 1,
      failed: 1,
      unanswered: 1,
      staleRace: 0,
      byOutcome: { ok: 1, refused: 1, unsent: 1, unanswered: 1 },
    },
    { lane: 'regulars', connection: 'kept', planned: 3, sent: 3, ok: 1, failed: 2, staleRace: 1 },
  ]);
  expect(result.unexplained).toBe(4);
});

test('lateness is to ready, waiting from ready to sent, latency from ready to the end of good answers', () => {
  const at = (ms: number, took: number, outcome: 'ok' | 'reset' = 'ok') =>
    attempt({ at: ms + 3, took, outcome, intendedUs: us(ms), readyUs: us(ms + 1) });
  const result = judged(facts(), [
    ...Array.from({ length: 99 }, (_, i) => at(i * 10, 5)),
    at(2000, 60),
    at(3000, 900, 'reset'),
  ]);
  const { lateMs, waitMs, latencyMs } = result.traffic[0] as (typeof result.traffic)[number];
  for (const value of Object.values(lateMs)) expect(value).toBeCloseTo(1, 1);
  for (const value of Object.values(waitMs)) expect(value).toBeCloseTo(2, 1);
  expect(latencyMs.p50).toBeGreaterThanOrEqual(7);
  expect(latencyMs.p50).toBeLessThanOrEqual(7.07);
  expect(latencyMs.p99).toBeLessThanOrEqual(7.07);
  expect(latencyMs.p999).toBe(62);
  expect(latencyMs.max).toBe(62);
  expect(result.percentiles.visitors?.at(-1)).toEqual([100, 62]);
  expect(result.percentiles.visitors?.at(-2)?.[0]).toBe(99);
  expect(result.percentiles.all).toEqual(result.percentiles.visitors);
});

test('percentiles are within one percent over five decades', () => {
  const attempts = Array.from({ length: 500 }, (_, i) => attempt({ at: i, took: 0.05 * 1.03 ** i }));
  const { percentiles } = judged(facts(), attempts);
  for (const [percentile, ms] of percentiles.all ?? []) {
    const true_ = 0.05 * 1.03 ** (Math.ceil((percentile / 100) * 500) - 1);
    expect(Math.abs(ms - true_) / true_).toBeLessThan(0.011);
  }
});

test('the series tells when requests were sent and what came of them', () => {
  const run = facts({ lanes: twoLanes, trafficToUs: us(1000) });
  const { series } = judged(run, [
    attempt({ at: 0, version: 'v1', replica: 'a', took: 4 }),
    attempt({ at: 9.9, version: 'v1', pod: 'pod-b', took: 8 }),
    attempt({ at: 10, took: 200 }),
    attempt({ at: 995, lane: 'regulars', outcome: 'reset' }),
    attempt({ at: 1005, outcome: 'unanswered' }),
  ]);
  expect(series.stepMs).toBe(10);
  expect(series.failed).toHaveLength(100);
  expect(series.byVersion.v1?.slice(0, 2)).toEqual([2, 0]);
  expect(series.byVersion['?']?.slice(0, 2)).toEqual([0, 1]);
  expect(Object.keys(series.byReplica)).toEqual(['a', 'pod-b', '?']);
  expect(series.failed.at(-1)).toBe(2);
  expect(series.failedByLane.regulars?.at(-1)).toBe(1);
  expect(series.latency.max.slice(0, 3)).toEqual([8, 200, null]);
});

test('a long run has at most 240 intervals, of readable lengths', () => {
  for (const [minutes, stepMs] of [
    [0.4, 100],
    [1, 250],
    [10, 5000],
    [300, 120_000],
  ] as const) {
    const { series } = judged(facts({ trafficToUs: us(minutes * 60_000) }), []);
    expect(series.stepMs).toBe(stepMs);
    expect(series.failed.length).toBeLessThanOrEqual(240);
  }
});

test('replicas: what the app calls itself joins the pod, a refusal known by the pod alone counts for it', () => {
  const answer = { replicaSource: 'answer' as const, version: 'v1' };
  const run = facts({ events: [event('created', 'pod-3', 0, { version: 'v2' }), event('ready', 'pod-1', 0)] });
  const { replicas } = judged(run, [
    attempt({ at: 1, replica: 'aaa', pod: 'pod-1', ...answer }),
    attempt({ at: 2, replica: 'aaa', pod: 'pod-1', ...answer }),
    attempt({ at: 3, replica: 'bbb', pod: 'pod-2', ...answer }),
    attempt({ at: 4, replica: 'bbb2', pod: 'pod-2', ...answer }),
    attempt({ at: 5, outcome: 'refused', replica: 'pod-1', replicaSource: 'connection', pod: 'pod-1' }),
    attempt({ at: 6, outcome: 'refused', pod: 'pod-2' }),
    attempt({ at: 7, outcome: 'refused', pod: 'pod-4' }),
  ]);
  expect(replicas).toEqual([
    { name: 'aaa', pod: 'pod-1', version: 'v1', answered: 2, failed: 1, share: 0.5, firstMs: 2, lastMs: 3 },
    { name: 'bbb', pod: 'pod-2', version: 'v1', answered: 1, failed: 0, share: 0.25, firstMs: 4, lastMs: 4 },
    { name: 'bbb2', pod: 'pod-2', version: 'v1', answered: 1, failed: 0, share: 0.25, firstMs: 5, lastMs: 5 },
    { name: null, pod: 'pod-2', version: null, answered: 0, failed: 1, share: 0, firstMs: null, lastMs: null },
    { name: null, pod: 'pod-4', version: null, answered: 0, failed: 1, share: 0, firstMs: null, lastMs: null },
    { name: null, pod: 'pod-3', version: 'v2', answered: 0, failed: 0, share: 0, firstMs: null, lastMs: null },
  ]);
});

test('an app that names itself anew in each answer does not fill the result', () => {
  const attempts = every(1, 3000, (i) => ({ replica: `r${i}`, replicaSource: 'answer', version: `v${i}` }));
  const result = judged(facts(), attempts);
  expect(result.replicas).toHaveLength(1001);
  expect(result.replicas.find(({ name }) => name === 'others')?.answered).toBe(2000);
  expect(Object.keys(result.series.byVersion)).toHaveLength(101);
});

test('the first thousand failures by the time they were sent, with their step', () => {
  const run = facts({ steps: [step('hold', 0, 500), step('rollout', 500, 10_000)] });
  const attempts = every(1, 5000, () => ({ outcome: 'refused', phase: 'connect', detail: 'ECONNREFUSED' })).reverse();
  const { failures, unexplained } = judged(run, attempts);
  expect(unexplained).toBe(5000);
  expect(failures.map(({ sentMs }) => sentMs)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(failures[499]).toMatchObject({ step: 'hold', outcome: 'refused', phase: 'connect', detail: 'ECONNREFUSED' });
  expect(failures[500]).toMatchObject({ step: 'rollout', sentMs: 500, endMs: 501 });
});

test('the sums hold for any record', () => {
  const any = fc.record({
    at: fc.integer({ min: 0, max: 9000 }),
    took: fc.integer({ min: 1, max: 500 }),
    outcome: fc.constantFrom(...outcomes),
    lane: fc.constantFrom('visitors', 'regulars'),
    replica: fc.option(fc.constantFrom('a', 'b'), { nil: null }),
    pod: fc.option(fc.constantFrom('p', 'q'), { nil: null }),
    version: fc.option(fc.constantFrom('v1', 'v2'), { nil: null }),
    connectionUse: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), (rows) => {
      const result = judged(facts({ lanes: twoLanes }), rows.map(attempt));
      const total = (pick: (lane: (typeof result.traffic)[number]) => number) =>
        result.traffic.reduce((sum, lane) => sum + pick(lane), 0);
      const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
      expect(total((l) => l.planned)).toBe(rows.length);
      expect(total((l) => l.sent)).toBe(total((l) => l.ok + l.failed + l.unanswered));
      expect(total((l) => l.planned)).toBe(total((l) => l.sent + l.unsent));
      const lost = rows.filter(({ outcome }) => isFailed(outcome) || outcome === 'unanswered').length;
      expect(result.unexplained).toBe(lost);
      expect(result.failures).toHaveLength(lost);
      expect(sum(result.series.failed)).toBe(lost);
      expect(sum(Object.values(result.series.byVersion).map(sum))).toBe(total((l) => l.ok));
      expect(sum(Object.values(result.series.byReplica).map(sum))).toBe(total((l) => l.ok));
      if (lost > 0 || rows.length === 0) expect(result.verdict).not.toBe('pass');
    }),
    { seed: 8, numRuns: 40 },
  );
});

test('without identity.version a version is what the platform says of the replica that answered', () => {
  const events = [
    event('created', 'pod-1', -500, { version: 'v1' }),
    event('created', 'pod-2', 500, { version: 'v2' }),
    event('ready', 'pod-2', 600),
  ];
  const answers = [
    attempt({ at: 1, pod: 'pod-1' }),
    attempt({ at: 2, pod: 'pod-1', replica: 'Z2vTvgmxb0', replicaSource: 'answer' }),
    attempt({ at: 3, pod: null, replica: 'pod-2', replicaSource: 'answer' }),
    attempt({ at: 4, pod: 'pod-3' }),
  ];
  const sums = ({ series }: ReturnType<typeof judged>) =>
    Object.fromEntries(Object.entries(series.byVersion).map(([name, n]) => [name, n.reduce((a, b) => a + b)]));
  const unsaid = judged(facts({ identity: { replica: 'body:/name' }, events }), answers);
  expect(sums(unsaid)).toEqual({ v1: 2, v2: 1, '?': 1 });
  expect(unsaid.series.versionsBy).toBe('platform');
  // Where answers should say it and do not, that is what is to be seen.
  const said = judged(facts({ events }), [...answers, attempt({ at: 5, pod: 'pod-1', version: 'v1.1' })]);
  expect(sums(said)).toEqual({ '?': 4, 'v1.1': 1 });
  expect(said.series.versionsBy).toBe('answers');
});
