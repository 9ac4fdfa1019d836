import { expect, test } from 'vitest';
import type { RunFacts } from '../../record/facts.ts';
import { event, every, facts, lane, us } from '../check/run.ts';
import { judged } from './judged.ts';

/** Of runs of ten seconds. */
function powerOf(run: Partial<RunFacts>, attempts: ReturnType<typeof every>) {
  return judged(facts(run), attempts).power;
}

test('at 200 requests a second on fresh connections an outage of 5 ms is always seen', () => {
  const power = powerOf({}, every(5, 2000));
  expect(power).toMatchObject({ outageMs: 5, probability: 1 });
});

test('two lanes of 100 a second miss one of 9 ms in (1 - 0.9)^2 of all cases', () => {
  const lanes = [lane('visitors'), lane('guests')];
  const power = powerOf({ lanes }, [...every(10, 1000), ...every(10, 1000, () => ({ lane: 'guests' }))]);
  expect(power.outageMs).toBeCloseTo(9, 0);
  expect(power.probability).toBeGreaterThanOrEqual(0.99);
});

test('with Poisson arrivals it takes ln(100) mean gaps', () => {
  const power = powerOf({ lanes: [{ ...lane('visitors'), arrivals: 'poisson' }] }, every(5, 2000));
  expect(power.outageMs).toBeCloseTo(5 * Math.log(100), 0);
});

test('requests on kept connections meet no closed listener, so they count only where there is nothing else', () => {
  const lanes = [lane('visitors'), lane('regulars', 'kept')];
  const kept = every(1, 10_000, () => ({ lane: 'regulars', connectionUse: 2 }));
  expect(powerOf({ lanes }, [...every(5, 2000), ...kept]).outageMs).toBe(5);
  expect(powerOf({ lanes: [lane('regulars', 'kept')] }, kept).outageMs).toBe(1);
});

test('what was not sent adds no power', () => {
  const attempts = every(5, 2000, (i) => (i % 2 === 1 ? { outcome: 'unsent' } : {}));
  expect(powerOf({}, attempts).outageMs).toBeCloseTo(10, 0);
});

test('a run of one request has seen nothing that is shorter than itself', () => {
  expect(powerOf({ lanes: [{ ...lane('visitors'), peakRate: null }] }, every(5, 1))).toMatchObject({
    outageMs: null,
    probability: null,
  });
});

const termination = (pod: string, fromMs: number) => [
  event('terminating', pod, fromMs),
  event('exited', pod, fromMs + 500),
  event('gone', pod, fromMs + 600),
];

test('an outage within a blind stretch is not seen, so the stretch counts', () => {
  const blind = {
    ...event('blind', 'visitors', 3000),
    latestUs: us(3200),
    subject: { kind: 'lane', name: 'visitors' },
  } as const;
  expect(powerOf({ events: [blind] }, every(5, 2000)).outageMs).toBe(205);
});

test('clean terminations bound the rate by the rule of three, exactly', () => {
  const events = [1000, 3000, 5000].flatMap((ms, i) => termination(`pod-${i}`, ms));
  const power = powerOf({ events }, every(5, 2000));
  expect(power.cleanTerminations).toBe(3);
  expect(power.rateBound).toBeCloseTo(1 - 0.05 ** (1 / 3), 6);
});

test('a failure within a termination makes it unclean, one elsewhere does not', () => {
  const events = [1000, 5000].flatMap((ms, i) => termination(`pod-${i}`, ms));
  const failing = (ms: number) => every(5, 2000, (_, at) => (at === ms ? { outcome: 'refused' } : {}));
  expect(powerOf({ events }, failing(1200)).cleanTerminations).toBe(1);
  expect(powerOf({ events }, failing(3500)).cleanTerminations).toBe(2);
  // The upper end of Clopper and Pearson's interval for 1 of 2: 1 - (1 - p)^2 - ... solved: sqrt(0.95).
  expect(powerOf({ events }, failing(1200)).rateBound).toBeCloseTo(Math.sqrt(0.95), 6);
});

test('a termination that traffic did not see to its end proves nothing', () => {
  const before = termination('pod-0', -2000);
  const unended = [event('terminating', 'pod-1', 8000)];
  expect(powerOf({ events: [...before, ...unended] }, every(5, 2000))).toMatchObject({
    cleanTerminations: 0,
    rateBound: null,
  });
});

test('a replica that exits after traffic has ended is not watched', () => {
  const events = termination('pod-0', 9900);
  expect(powerOf({ events, trafficToUs: us(10_000) }, every(5, 1900)).cleanTerminations).toBe(0);
});

test('a termination in which nothing was sent is not clean', () => {
  const events = [1000, 5000].flatMap((ms, i) => termination(`pod-${i}`, ms));
  const early = every(5, 800);
  expect(powerOf({ events }, early)).toMatchObject({ cleanTerminations: 1, rateBound: expect.closeTo(0.95, 6) });
  const unsent = every(5, 100, () => ({ outcome: 'unsent' }), 5000);
  expect(powerOf({ events }, [...early, ...unsent]).cleanTerminations).toBe(1);
});

test.each([
  ['by the platform', [event('killed', 'pod-0', 1400), event('exited', 'pod-0', 1500, { exitCode: 137 })]],
  ['as its exit code says', [event('exited', 'pod-0', 1500, { exitCode: 137 })]],
  ['as its signal says', [event('exited', 'pod-0', 1500, { signal: 'SIGKILL' })]],
])(
  'a replica that had to be killed at the end of its grace, %s, did not end cleanly, though nothing was lost',
  (_, end) => {
    const events = [event('terminating', 'pod-0', 1000), ...end, ...termination('pod-1', 5000)];
    expect(powerOf({ events }, every(5, 2000)).cleanTerminations).toBe(1);
  },
);
