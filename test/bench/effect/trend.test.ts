import { describe, expect, test } from 'vitest';
import { changePoints } from '../../../runner/bench/effect/change-points.ts';
import { trendOf } from '../../../runner/bench/effect/trend.ts';
import { benchOf } from './benches.ts';
import { normals } from './normals.ts';

describe('change points', () => {
  const noise = (count: number, seed: number) => normals(count, seed).map((value) => 0.01 * value);
  const levels = (parts: readonly (readonly [count: number, level: number])[]) => {
    const all = parts.flatMap(([count, level]) => new Array<number>(count).fill(level));
    const noisy = noise(all.length, 4);
    return all.map((level, i) => level + (noisy[i] as number));
  };

  test('are where the level changed', () => {
    expect(
      changePoints(
        levels([
          [8, 1],
          [7, 1.05],
        ]),
      ).map(({ at }) => at),
    ).toEqual([8]);
    expect(
      changePoints(
        levels([
          [12, 1],
          [12, 1.2],
          [12, 0.9],
        ]),
      ).map(({ at }) => at),
    ).toEqual([12, 24]);
  });

  test('are not one off because the last run of a level was its lowest', () => {
    const fell = [...normals(11, 1).map((value) => 1000 + value), 990, ...normals(8, 2).map((value) => 900 + value)];
    expect(changePoints(fell).map(({ at }) => at)).toEqual([12]);
  });

  test('are not an odd run, nor too few', () => {
    expect(
      changePoints(
        levels([
          [10, 1],
          [1, 5],
          [10, 1],
        ]),
      ),
    ).toEqual([]);
    expect(
      changePoints(
        levels([
          [4, 1],
          [4, 2],
        ]),
      ),
    ).toEqual([]);
    expect(changePoints([])).toEqual([]);
    expect(changePoints(new Array(30).fill(1))).toEqual([]);
  });

  test('are hardly ever found where nothing changed', () => {
    let found = 0;
    for (let seed = 0; seed < 300; seed++) found += changePoints(noise(20, seed)).length > 0 ? 1 : 0;
    // 0.005 each: more than 7 of 300 have a probability of 0.0002.
    expect(found).toBeLessThanOrEqual(7);
  });
});

describe('a trend', () => {
  const day = (index: number) => new Date(Date.UTC(2026, 10, 1 + index)).toISOString();
  const runs = [...new Array(8).fill(1000), ...new Array(8).fill(900)].map((rate: number, index) => ({
    name: `run-${index}`,
    result: benchOf({ rates: [rate + (index % 3), rate - (index % 2)], startedAt: day(index) }),
  }));
  const settings = { folder: '.hitless', tolerance: 0.02, skipped: [] };

  test('is by date, with the change where it came', () => {
    const shuffled = [...runs.slice(5), ...runs.slice(0, 5)];
    const { series } = trendOf(shuffled, settings);
    expect(series).toHaveLength(1);
    const [rate] = series[0]?.measures ?? [];
    expect(rate?.points.map(({ run }) => run)).toEqual(runs.map(({ name }) => name));
    expect(rate?.changes).toMatchObject([{ at: 8, worse: true, change: expect.closeTo(-0.1, 2) }]);
  });

  test('does not call a change what is within the tolerance', () => {
    const { series } = trendOf(runs, { ...settings, tolerance: 0.2 });
    expect(series[0]?.measures.flatMap(({ changes }) => changes)).toEqual([]);
  });

  test('has the benches of a scenario in one series, however long its steps took', () => {
    const ofScenario = runs.map(({ name, result }, index) => {
      const stages = result.plan.stages.map((stage) => ({ ...stage, seconds: 10 + index / 1000 }));
      return { name, result: { ...result, kind: 'scenario' as const, plan: { ...result.plan, stages } } };
    });
    expect(trendOf(ofScenario, settings).series.map((each) => each.runs)).toEqual([16]);
  });

  test('says which of two that took turns a series is of', () => {
    const { name, result } = { name: 'turns', result: benchOf({ rates: [5], url: 'http://a/' }) };
    const stages = (['A', 'B'] as const).flatMap((subject) => result.stages.map((stage) => ({ ...stage, subject })));
    const turns = { ...result, target: { ...result.target, against: 'http://b/' }, stages };
    expect(trendOf([{ name, result: turns }], settings).series.map((each) => each.name)).toEqual([
      'candidate GET http://a/ closed-10',
      'baseline GET http://b/ closed-10',
    ]);
  });

  test('does not mix machines, and leaves out what was cut short or was the generator', () => {
    const other = { name: 'other', result: benchOf({ rates: [5], environment: { cpu: 'another' } }) };
    const cut = { name: 'cut', result: benchOf({ rates: [5], complete: false }) };
    const limited = { name: 'limited', result: benchOf({ rates: [5], generatorLimited: true, startedAt: day(30) }) };
    const { series, skipped } = trendOf([...runs, other, cut, limited], settings);
    expect(series.map((each) => each.runs)).toEqual([17, 1]);
    expect(series[0]?.measures[0]?.points).toHaveLength(16);
    expect(skipped).toEqual([{ run: 'cut', why: 'it was cut short' }]);
  });
});
