import { expect, test } from 'vitest';
import { Draw } from '../../../targets/controller/draw.ts';
import { timing } from '../../../targets/controller/timing.ts';

test('the same seed draws the same for the same purpose, whatever else is drawn between', () => {
  const one = new Draw(7);
  const other = new Draw(7);
  other.ms('spreadMs', 'app');
  expect(other.ms('startMs', 'pod-a')).toBe(one.ms('startMs', 'pod-a'));
  expect(other.ms('startMs', 'pod-a')).toBe(one.ms('startMs', 'pod-a'));
  expect(new Draw(8).ms('startMs', 'pod-a')).not.toBe(new Draw(7).ms('startMs', 'pod-a'));
});

test('durations fill their interval evenly', () => {
  const draw = new Draw(1);
  const values = Array.from({ length: 4000 }, () => draw.ms('startMs', 'x'));
  const [from, to] = timing.startMs;
  expect(Math.min(...values)).toBeGreaterThanOrEqual(from);
  expect(Math.max(...values)).toBeLessThan(to);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeCloseTo((from + to) / 2, -2);
});
