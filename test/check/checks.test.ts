import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { batchOfRows } from '../../record/batch-of-rows.ts';
import type { AttemptBatch } from '../../record/fold.ts';
import { checks, defaultChecks } from '../../runner/check/checks.ts';
import { attempt, event, every, facts, judge, lane, random, step } from './run.ts';

const all = [...checks.values()];
/** A healthy rolling update of two replicas, as short as every check can judge. */
const healthy = facts({
  lanes: [lane('visitors'), lane('regulars', 'kept')],
  steps: [step('hold', 0, 2000), step('rollout', 2000, 6000), step('hold', 6000, 10_000)],
  events: [
    event('scaled', 'app', -3000, {
      promise: { replicas: 2, maxSurge: 2, maxUnavailable: 0, strategy: 'RollingUpdate' },
    }),
    ...['a', 'b'].flatMap((pod) => [
      event('created', pod, -2000, { owner: 'app' }),
      event('ready', pod, -1000, { owner: 'app' }),
      event('route-added', pod, -900),
      event('route-removed', pod, 4200),
      event('terminating', pod, 4000, { owner: 'app' }),
      event('exited', pod, 5000, { owner: 'app' }),
    ]),
    ...['c', 'd'].flatMap((pod) => [
      event('created', pod, 2500, { owner: 'app' }),
      event('ready', pod, 3000, { owner: 'app' }),
      event('route-added', pod, 3200),
    ]),
  ],
});
function healthyAttempts() {
  const counted = new Map<string, number>();
  const next = random(1);
  return every(5, 2000, (index, at) => {
    const pods = at < 3150 ? 'ab' : at < 4150 ? 'abcd' : 'cd';
    const kept = index % 4 === 0;
    // The kept lane's connection moves on once.
    const pod = kept ? (at < 4150 ? 'a' : 'c') : (pods[Math.floor(next() * pods.length)] as string);
    const counter = (counted.get(pod) ?? 0) + 1;
    counted.set(pod, counter);
    const version = pod < 'c' ? 'v1' : 'v2';
    const connection = at < 4150 ? 1 : 2;
    const on = kept ? { lane: 'regulars', connection, connectionUse: 2 } : {};
    return { ...on, pod, replica: `app-${pod}`, replicaSource: 'answer' as const, counter, version };
  });
}

describe('the checks', () => {
  test('are named as in the design, and those that decide by default are among them', () => {
    expect([...checks.keys()]).toEqual([
      'zero-failed',
      'no-new-failures',
      'failure-budget',
      'max-outage',
      'replica-distribution',
      'version-mixing',
      'version-monotone',
      'counters',
      'availability',
      'recovery',
      'latency',
      'asset-consistency',
    ]);
    for (const name of defaultChecks) expect(checks.get(name)?.name).toBe(name);
  });

  test('that decide by default raise a false alarm once in 100,000 runs at the most', () => {
    const sum = defaultChecks.reduce((total, name) => total + (checks.get(name)?.falseAlarm ?? 1), 0);
    expect(sum).toBeLessThanOrEqual(1e-5);
  });

  test.each(all)('$name needs no option and refuses one that it does not know', ({ options }) => {
    const valid = new Ajv().compile(options);
    expect(valid({})).toBe(true);
    expect(valid({ typo: 1 })).toBe(false);
  });

  test.each(all)('$name never passes a run without a single request or event', (check) => {
    const finding = judge(check, {}, facts({ events: [] }), []);
    expect(['inconclusive', 'not-applicable']).toContain(finding.verdict);
    expect(finding.message).toMatch(/^[A-Z].*\.$/);
    expect(finding.hint).toMatch(/^[a-z].*[^.]$/);
  });

  test.each(all)('$name finds nothing wrong with a healthy rolling update', (check) => {
    const finding = judge(check, {}, healthy, healthyAttempts());
    expect(finding.verdict).toBe(
      ['recovery', 'latency', 'asset-consistency', 'failure-budget'].includes(check.name) ? 'not-applicable' : 'pass',
    );
    expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
  });

  test.each(all)('$name says the same whatever the size of batches', (check) => {
    const attempts = [
      ...healthyAttempts(),
      attempt({ at: 4100, outcome: 'reset', pod: 'a' }),
      attempt({ at: 9000, version: 'v1' }),
    ];
    const once = judge(check, {}, healthy, attempts, { batchSize: 1 });
    expect(judge(check, {}, healthy, attempts, { batchSize: 5000 })).toEqual(once);
  });

  test.each(all)('$name takes no more memory for half a million fresh connections than for fifty thousand', (check) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const fold = check.fold({ p99: 100 }, healthy, null);
    const rows = 10_000;
    const batch = batchOfRows(
      healthyAttempts()
        .slice(0, 1000)
        .flatMap((one) => Array.from({ length: 10 }, () => ({ ...one, lane: 'visitors' }))),
    );
    const heapAfter = (batches: number) => {
      for (let i = 0; i < batches; i++) {
        for (let row = 0; row < rows; row++) {
          batch.connection[row] = (batch.connection[row] as number) + rows;
          batch.connectionUse[row] = 1;
          batch.counter[row] = (batch.counter[row] as number) + rows;
        }
        fold.batch(batch as AttemptBatch);
      }
      collect();
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    };
    const before = heapAfter(5);
    expect(heapAfter(45) - before).toBeLessThan(2_000_000);
  });
});
