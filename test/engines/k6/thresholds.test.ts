import { expect, test } from 'vitest';
import type { Point } from '../../../runner/engines/k6/lines.ts';
import { requestsIn, Thresholds } from '../../../runner/engines/k6/thresholds.ts';

const point = (metric: string, tags: Record<string, string> = {}): Point => ({
  metric,
  wallUs: 0,
  value: 1,
  tags,
  metadata: {},
});

/** As --summary-export writes it: true says that a threshold was crossed. */
const summaryOf = (thresholds: Record<string, Record<string, boolean>>) => ({
  metrics: Object.fromEntries(Object.entries(thresholds).map(([name, of]) => [name, { thresholds: of }])),
});

const verdicts = (thresholds: Thresholds, summary: unknown, isSomeCrossed = false) =>
  thresholds.findings(summary, isSomeCrossed).map(({ name, verdict }) => [name, verdict]);

test('true is crossed', () => {
  const thresholds = new Thresholds();
  thresholds.see(point('http_req_failed'));
  thresholds.see(point('http_req_duration'));
  const summary = summaryOf({ http_req_failed: { 'rate<0.01': true }, http_req_duration: { 'p(95)<500': false } });
  expect(verdicts(thresholds, summary)).toEqual([
    ['k6-threshold: http_req_failed rate<0.01', 'fail'],
    ['k6-threshold: http_req_duration p(95)<500', 'pass'],
  ]);
});

test('a threshold that had nothing to be held to has not held', () => {
  const thresholds = new Thresholds();
  const part = 'http_req_duration{name:home}';
  thresholds.introduce({ metric: 'http_req_duration', thresholds: [], submetrics: [part] });
  thresholds.see(point('http_req_duration', { name: 'other' }));
  const summary = summaryOf({ [part]: { 'p(95)<500': false }, checks: { 'rate>0.9': false } });
  expect(verdicts(thresholds, summary).map(([, verdict]) => verdict)).toEqual(['inconclusive', 'inconclusive']);
  thresholds.see(point('http_req_duration', { name: 'home', status: '200' }));
  expect(verdicts(thresholds, summary).map(([, verdict]) => verdict)).toEqual(['pass', 'inconclusive']);
});

test('without a summary nobody knows; what k6 says by its exit code counts all the same', () => {
  const thresholds = new Thresholds();
  thresholds.introduce({ metric: 'checks', thresholds: ['rate>0.9'], submetrics: [] });
  expect(verdicts(thresholds, undefined)).toEqual([['k6-threshold: checks rate>0.9', 'inconclusive']]);
  expect(verdicts(thresholds, undefined, true)).toEqual([
    ['k6-threshold: checks rate>0.9', 'inconclusive'],
    ['k6-threshold', 'fail'],
  ]);
});

test('a summary can be anything', () => {
  for (const summary of [null, 1, [], 'x', { metrics: null }, { metrics: { a: { thresholds: [true, 'x'] } } }])
    expect(() => new Thresholds().findings(summary)).not.toThrow();
  expect(requestsIn({ metrics: { http_reqs: { count: 7 } } })).toBe(7);
  expect(requestsIn({ metrics: {} })).toBeNull();
});
