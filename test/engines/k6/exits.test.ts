import { expect, test } from 'vitest';
import { meaningOf } from '../../../runner/engines/k6/exits.ts';

test.each([
  [97, 'its cloud run failed'],
  [100, 'setup()'],
  [103, 'REST API'],
  [104, 'options of the script'],
  [105, 'a signal'],
  [107, 'threw an exception'],
  [109, 'crashed'],
  [255, 'could not begin'],
  [3, 'the exit code 3'],
])('exit code %i is an error in clear words', (code, words) => {
  const meaning = meaningOf({ code, signal: null }, 'load', ['what k6 said']);
  if (meaning === null || !('error' in meaning)) throw new Error('no error');
  expect(meaning.error.message).toContain(words);
  expect(meaning.error.message).toMatch(/lane load.*: what k6 said$/);
  expect(meaning.error.hint).toMatch(/[.?]$/);
});

test('a k6 that was killed half-way is named so', () => {
  const meaning = meaningOf({ code: null, signal: 'SIGKILL' }, 'load', []);
  expect(meaning).toMatchObject({ error: { message: 'k6 of lane load was killed half-way, by SIGKILL' } });
});

test('what the script says of its own run is a finding, and thresholds speak for themselves', () => {
  const of = (code: number) => meaningOf({ code, signal: null }, 'load', []);
  expect([of(0), of(99)]).toEqual([null, null]);
  expect(of(108)).toMatchObject({ finding: { name: 'k6-abort', verdict: 'inconclusive' } });
  expect(of(110)).toMatchObject({ finding: { name: 'k6-fail', verdict: 'fail' } });
});
