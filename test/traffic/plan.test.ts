import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lane } from '../../runner/traffic/lane.ts';
import { createPlan, type Plan, peakRate, planOfLane } from '../../runner/traffic/plan.ts';
import { seededRandom } from '../../runner/traffic/random.ts';
import { Rate } from '../../runner/traffic/rate.ts';

const whole = { thread: 0, threads: 1 };
type Planned = Pick<Lane, 'ramps' | 'arrivals' | 'requests'> & { rate: number };

function planned(differences: Partial<Planned> = {}): Planned {
  return { rate: 100, arrivals: 'constant', ramps: [], requests: null, ...differences };
}

function take(plan: Plan, most: number, untilUs = Number.POSITIVE_INFINITY): number[] {
  const due: number[] = [];
  for (; due.length < most && plan.dueUs < untilUs; plan.advance()) due.push(plan.dueUs);
  return due;
}

test('a constant plan is due at equal distances from the start on', () => {
  expect(take(createPlan(planned({ rate: 200 }), Math.random, whole), 4)).toEqual([0, 5_000, 10_000, 15_000]);
});

test('a limit ends the plan', () => {
  const plan = createPlan(planned({ rate: 1_000, requests: 3 }), Math.random, whole);
  expect(take(plan, 10)).toEqual([0, 1_000, 2_000]);
  expect(plan.dueUs).toBe(Number.POSITIVE_INFINITY);
});

describe('a ramp', () => {
  test('from 0 to 100 within 2 s has n requests due after 2 s * sqrt(n / 100)', () => {
    const rate = new Rate(0, [{ to: 100, overUs: 2e6 }]);
    expect(rate.dueUs(0)).toBe(0);
    for (const n of [1, 4, 25, 81]) expect(rate.dueUs(n)).toBeCloseTo(2e6 * Math.sqrt(n / 100), 3);
    expect(rate.dueUs(100)).toBeCloseTo(2e6, 3);
    expect(rate.dueUs(150)).toBeCloseTo(2.5e6, 3);
  });

  test('down to 0 ends the plan after the area under it', () => {
    const plan = createPlan(planned({ rate: 10, ramps: [{ to: 0, overUs: 2e6 }] }), Math.random, whole);
    const due = take(plan, 100);
    expect(due.length).toBe(10);
    // n = 10 t - 2.5 t^2
    for (const [n, us] of due.entries()) expect(10 * (us / 1e6) - 2.5 * (us / 1e6) ** 2).toBeCloseTo(n, 6);
  });

  test('in no time is a step, and a rest at 0 in between sends nothing', () => {
    const ramps = [
      { to: 0, overUs: 0 },
      { to: 0, overUs: 1e6 },
      { to: 10, overUs: 0 },
    ];
    expect(take(createPlan(planned({ rate: 10, ramps }), Math.random, whole), 3)).toEqual([1e6, 1.1e6, 1.2e6]);
    const up = [
      { to: 10, overUs: 1e6 },
      { to: 20, overUs: 0 },
    ];
    const rate = new Rate(10, up);
    expect(rate.dueUs(10)).toBe(1e6);
    expect(rate.dueUs(12)).toBeCloseTo(1.1e6, 3);
  });

  test('counts towards the highest rate', () => {
    expect(
      peakRate({
        rate: 10,
        ramps: [
          { to: 70, overUs: 1 },
          { to: 20, overUs: 1 },
        ],
      }),
    ).toBe(70);
    expect(peakRate({ rate: 'unpaced', ramps: [] })).toBe(null);
  });
});

describe('a Poisson plan', () => {
  test('is fixed by its seed and differs between lanes', () => {
    const lane = planned({ rate: 50, arrivals: 'poisson' });
    const first = take(planOfLane(lane, 7, 0, whole), 20);
    expect(take(planOfLane(lane, 7, 0, whole), 20)).toEqual(first);
    expect(take(planOfLane(lane, 7, 1, whole), 20)).not.toEqual(first);
    expect(take(planOfLane(lane, 8, 0, whole), 20)).not.toEqual(first);
    expect(first.slice(0, 3).map(Math.round)).toMatchInlineSnapshot(`
      [
        11157,
        41463,
        62203,
      ]
    `);
  });

  test('has gaps of mean 1/rate and variance 1/rate^2, and counts whose variance is their mean', () => {
    const rate = 1_000;
    const due = take(planOfLane(planned({ rate, arrivals: 'poisson' }), 1, 0, whole), 100_000);
    const gaps = due.map((us, i) => (us - (due[i - 1] ?? 0)) / 1e6);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Standard errors at n = 100,000: 0.32 % of the mean, 0.9 % of the variance.
    expect(mean * rate).toBeGreaterThan(0.987);
    expect(mean * rate).toBeLessThan(1.013);
    expect(variance * rate ** 2).toBeGreaterThan(0.96);
    expect(variance * rate ** 2).toBeLessThan(1.04);
    const perTenth = new Array<number>(900).fill(0);
    for (const us of due) if (us < 90e6) perTenth[Math.floor(us / 1e5)] = (perTenth[Math.floor(us / 1e5)] ?? 0) + 1;
    const counted = perTenth.reduce((sum, n) => sum + n, 0) / perTenth.length;
    const spread = perTenth.reduce((sum, n) => sum + (n - counted) ** 2, 0) / perTenth.length;
    // The index of dispersion of 900 windows has a standard error of sqrt(2 / 900) = 0.047.
    expect(spread / counted).toBeGreaterThan(0.81);
    expect(spread / counted).toBeLessThan(1.19);
  });
});

describe('any plan', () => {
  const anyPlan = fc.record({
    rate: fc.double({ min: 0.5, max: 5_000, noNaN: true }),
    arrivals: fc.constantFrom('constant' as const, 'poisson' as const),
    ramps: fc.array(
      fc.record({
        to: fc.integer({ min: 0, max: 500_000 }).map((n) => n / 100),
        overUs: fc.integer({ min: 0, max: 5e6 }),
      }),
      { maxLength: 5 },
    ),
    requests: fc.option(fc.integer({ min: 1, max: 2_000 })),
  });

  test('never goes back, and has as many due as the area under its rate', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer(), (lane, seed) => {
        const due = take(planOfLane(lane, seed, 0, whole), 2_000);
        for (let i = 1; i < due.length; i++) expect(due[i]).toBeGreaterThanOrEqual(due[i - 1] as number);
        if (lane.requests !== null) expect(due.length).toBeLessThanOrEqual(lane.requests);
        if (lane.arrivals === 'constant')
          for (const [n, us] of due.entries()) expect(Math.abs(area(lane, us) - n)).toBeLessThan(1e-3 * (1 + n));
      }),
    );
  });

  test('is the same, divided over threads', () => {
    fc.assert(
      fc.property(anyPlan, fc.integer(), fc.integer({ min: 1, max: 5 }), (lane, seed, threads) => {
        const parts = Array.from({ length: threads }, (_, thread) => {
          const plan = planOfLane(lane, seed, 0, { thread, threads });
          const due: [number, number][] = [];
          for (; due.length < 50 && plan.dueUs < Number.POSITIVE_INFINITY; plan.advance())
            due.push([plan.index, plan.dueUs]);
          return due;
        });
        const one = planOfLane(lane, seed, 0, whole);
        for (const [index, us] of parts
          .flat()
          .sort(([a], [b]) => a - b)
          .slice(0, 50)) {
          expect(one.index).toBe(index);
          expect(one.dueUs).toBe(us);
          one.advance();
        }
      }),
    );
  });
});

/** Requests due by `us`: the integral of the rate, stretch by stretch. */
function area({ rate, ramps }: Planned, us: number): number {
  let before = 0;
  let from = rate;
  let leftUs = us;
  for (const { to, overUs } of ramps) {
    const withinUs = Math.min(leftUs, overUs);
    const at = overUs === 0 ? to : from + ((to - from) * withinUs) / overUs;
    before += ((from + at) / 2) * (withinUs / 1e6);
    leftUs -= withinUs;
    from = to;
    if (leftUs <= 0 && withinUs < overUs) return before;
  }
  return before + from * (leftUs / 1e6);
}

test('the seeded numbers are the same on every machine', () => {
  const random = seededRandom(42, 1);
  expect([random(), random()].map((x) => x.toFixed(9))).toMatchInlineSnapshot(`
    [
      "0.724399628",
      "0.220352456",
    ]
  `);
  const many = Array.from({ length: 100_000 }, random);
  expect(many.every((x) => x >= 0 && x < 1)).toBe(true);
  expect(Math.abs(many.reduce((sum, x) => sum + x, 0) / many.length - 0.5)).toBeLessThan(0.005);
});
