import { expect, test } from 'vitest';
import { Draw, quantile } from '../../../targets/controller/draw.ts';
import { timing } from '../../../targets/controller/timing.ts';

test('the same seed draws the same for the same purpose, whatever else is drawn between', () => {
  const one = new Draw(7);
  const other = new Draw(7);
  other.ms('removedMs', 'app');
  expect(other.ms('startMs', 'pod-a')).toBe(one.ms('startMs', 'pod-a'));
  expect(other.ms('startMs', 'pod-a')).toBe(one.ms('startMs', 'pod-a'));
  expect(new Draw(8).ms('startMs', 'pod-a')).not.toBe(new Draw(7).ms('startMs', 'pod-a'));
});

test('quantiles are those of the samples, on straight lines between them', () => {
  const samples = [10, 20, 20, 50, 110];
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(samples, share))).toEqual([10, 20, 20, 50, 110]);
  expect(quantile(samples, 0.125)).toBe(15);
  expect(quantile(samples, 0.875)).toBe(80);
  expect(quantile([7], 0.3)).toBe(7);
  // The watch told the end of some after the visit that was led there: no time is below zero.
  expect(quantile([-80, 20], 0.1)).toBe(0);
});

test('what is drawn has the distribution of what was measured', () => {
  const draw = new Draw(1);
  for (const name of ['startMs', 'addedMs', 'removedMs', 'noticeMs', 'restartMs'] as const) {
    const number = 4000;
    const drawn = Array.from({ length: number }, () => draw.ms(name, 'x')).sort((a, b) => a - b);
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9]) {
      const below = drawn.filter((ms) => ms <= quantile(timing[name], share)).length / number;
      // Four standard deviations of a share of 4,000; where several samples are zero, more may lie on the bound.
      expect(below).toBeGreaterThan(share - 0.032);
      if (quantile(timing[name], share) > 0) expect(below).toBeLessThan(share + 0.032);
    }
  }
});

test('the samples are enough, sorted, and of the size that one knows of clusters', () => {
  for (const samples of Object.values(timing)) {
    expect(samples.length).toBeGreaterThanOrEqual(100);
    expect(samples).toEqual(samples.toSorted((a, b) => a - b));
    expect(Math.max(...samples)).toBeLessThan(5000);
  }
});
