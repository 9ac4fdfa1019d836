import { expect, test } from 'vitest';
import { durationUs } from '../../runner/scenario/duration.ts';

test.each([
  ['0', 0],
  ['500ms', 500_000],
  ['0.5ms', 500],
  ['2s', 2_000_000],
  ['1.5s', 1_500_000],
  ['1m', 60_000_000],
  ['999m', 59_940_000_000],
])('%s is %d us', (text, us) => {
  expect(durationUs(text)).toBe(us);
});
