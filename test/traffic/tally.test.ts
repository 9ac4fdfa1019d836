import { expect, test } from 'vitest';
import { createCounts, readCounts, Tally } from '../../runner/traffic/tally.ts';

test('the last failure of a lane is told, of whichever thread it was, and none before there is one', () => {
  const counts = createCounts(2, 2);
  const read = (lane: number) => readCounts(counts, `lane-${lane}`, lane, 2);
  const [first, second] = [new Tally(counts, 1, 2, 0), new Tally(counts, 1, 2, 1)];
  first.sent();
  first.ended('ok');
  expect(read(1)).not.toHaveProperty('lastFailure');
  first.sent();
  first.ended('refused');
  expect(read(1).lastFailure).toMatchObject({ outcome: 'refused' });
  expect(read(1).lastFailure?.agoMs).toBeGreaterThanOrEqual(0);
  // Within the same millisecond both are the last one.
  for (const end = performance.now() + 5; performance.now() < end; );
  second.sent();
  second.ended('reset');
  second.sent();
  second.ended('unanswered');
  expect(read(1)).toMatchObject({ ok: 1, failed: 2, unanswered: 1, lastFailure: { outcome: 'reset' } });
  expect(read(0)).not.toHaveProperty('lastFailure');
});
