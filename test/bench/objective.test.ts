import { describe, expect, test } from 'vitest';
import { LatencyHistogram } from '../../record/histogram.ts';
import { judgeObjective, objectiveOf } from '../../runner/bench/objective.ts';

describe('an objective', () => {
  test.each([
    ['p99<50ms', { kind: 'latency', share: 0.99, ms: 50 }],
    ['p99.9 < 1.5s', { kind: 'latency', share: 0.999, ms: 1500 }],
    ['max<1s', { kind: 'latency', share: 1, ms: 1000 }],
    ['failed=0', { kind: 'failed', atMost: 0 }],
    ['failed<1%', { kind: 'failed', atMost: 0.01 }],
    ['rate>1000', { kind: 'rate', atLeast: 1000 }],
  ])('reads %s', (asked, objective) => {
    const { asked: _, share, ...read } = objectiveOf(asked) as { asked: string; share?: number };
    const { share: wanted, ...rest } = objective as { share?: number };
    expect(read).toEqual(rest);
    if (wanted !== undefined) expect(share).toBeCloseTo(wanted, 12);
  });

  test.each(['p99', 'p99>50ms', 'p99<50', 'p0<1ms', 'failed<1', 'failed=1', 'rate<5', 'rate>5ms', 'fast', 'p100<1ms'])(
    'refuses %s',
    (asked) => {
      expect(() => objectiveOf(asked)).toThrow(/is no objective/);
    },
  );
});

describe('judging', () => {
  const round = (good: readonly number[], failed = 0) => {
    const histogram = new LatencyHistogram();
    for (const ms of good) histogram.add(ms * 1000);
    return {
      sent: good.length + failed,
      unsent: 0,
      ok: good.length,
      failed,
      unanswered: 0,
      measured: good.length,
      histogram: histogram.encode(),
      ratePerS: good.length,
    };
  };
  const judge = (asked: string, rounds: ReturnType<typeof round>[], generatorLimited = false) =>
    judgeObjective(objectiveOf(asked), { name: 'stage', rounds, generatorLimited }).verdict;
  const fast = Array.from({ length: 98 }, () => 1);

  test('takes a failed request for one that came too late', () => {
    expect(judge('p99<50ms', [round([...fast, 1, 1])])).toBe('held');
    expect(judge('p99<50ms', [round(fast, 2)])).toBe('broken');
    expect(judge('p90<50ms', [round(fast, 2)])).toBe('held');
    expect(judge('max<50ms', [round(fast, 1)])).toBe('broken');
  });

  test('takes all rounds together', () => {
    expect(judge('p99<50ms', [round(fast), round(Array.from({ length: 98 }, () => 60))])).toBe('broken');
    expect(judge('failed<1%', [round(fast), round(fast, 1)])).toBe('held');
    expect(judge('failed=0', [round(fast), round(fast, 1)])).toBe('broken');
  });

  test('cannot tell slowness from its own where the generator was the limit, but knows what failed', () => {
    expect(judge('p99<50ms', [round(Array.from({ length: 98 }, () => 60))], true)).toBe('cannot tell');
    expect(judge('p99<50ms', [round(fast)], true)).toBe('cannot tell');
    expect(judge('failed=0', [round(fast, 1)], true)).toBe('broken');
  });

  test('cannot tell anything of nothing', () => {
    expect(judge('p99<50ms', [round([])])).toBe('cannot tell');
    expect(judge('failed=0', [round([])])).toBe('cannot tell');
  });
});
