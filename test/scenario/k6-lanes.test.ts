import { expect, test } from 'vitest';
import type { LaneInput } from '../../runner/scenario/model/lane.ts';
import { laneProblems } from '../../runner/scenario/rules.ts';

const messagesOf = (lane: Omit<LaneInput, 'name'>) =>
  laneProblems([{ name: 'load', ...lane }]).map(({ message }) => message);

test('a lane of k6 has a script, or says what is to be sent', () => {
  expect(messagesOf({ engine: 'k6', script: 'shop.ts', env: { PAGE: '/a' } })).toEqual([]);
  expect(messagesOf({ engine: 'k6', rate: 20, connection: 'kept', connections: 5 })).toEqual([]);
  expect(messagesOf({ engine: 'k6' })).toEqual(['lanes[0] lacks the field "rate"']);
  expect(messagesOf({})).toEqual(['lanes[0] lacks the field "rate"']);
});

test.each<[Omit<LaneInput, 'name'>, RegExp]>([
  [{ engine: 'k6', script: 's.ts', env: { K6_VUS: '9' } }, /^lanes\[0\]\.env\.K6_VUS: this configures k6/],
  [{ engine: 'k6', script: 's.ts', env: { HITLESS_URL: 'x' } }, /HITLESS_URL: hitless sets it/],
  [{ engine: 'k6', script: 's.ts', connections: 5 }, /connections: the script says it/],
  [{ engine: 'k6', script: 's.ts', requests: 5 }, /requests: the script says it/],
  [{ engine: 'k6', rate: 5, env: { A: 'b' } }, /env: only for a script/],
  [{ engine: 'k6', rate: 5, arrivals: 'poisson' }, /arrivals: k6 has it from its script/],
  [{ engine: 'k6', rate: 5, ramps: [{ to: 9, over: '1s' }] }, /ramps: k6 has it from its script/],
  [{ engine: 'k6', rate: 5, expect: { json: true } }, /expect\.json: k6 has it from its script/],
  [{ rate: 5, script: 's.ts' }, /script: only a lane with engine: k6/],
  [{ rate: 5, env: { A: 'b' } }, /env: only a lane with engine: k6/],
])('what would be passed over is refused: %j', (lane, words) => {
  expect(messagesOf(lane)).toEqual([expect.stringMatching(words)]);
});
