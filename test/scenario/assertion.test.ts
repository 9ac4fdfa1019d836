import assert from 'node:assert';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { batchOfRows } from '../../record/batch-of-rows.ts';
import type { RunFacts } from '../../record/facts.ts';
import { type Assertion, assertionCheck } from '../../runner/scenario/assertion.ts';

const answered: Attempt = {
  id: 'a1',
  lane: 'visitors',
  session: null,
  connection: 1,
  connectionUse: 1,
  overflow: false,
  method: 'GET',
  path: '/',
  intendedUs: 0,
  readyUs: 0,
  sentUs: 0,
  connectedUs: 10,
  firstByteUs: 20,
  endUs: 30,
  status: 200,
  outcome: 'ok',
  phase: null,
  detail: null,
  replica: 'Z2vTvgmxb0',
  replicaSource: 'answer',
  pod: 'shop-1',
  version: 'v1',
  counter: null,
  bytes: 100,
  handled: 'yes',
  idleUs: null,
  securedUs: null,
  address: '127.0.0.1:8888',
  resolveUs: null,
  resumed: null,
};

function findingOf(assertion: Assertion, attempts: readonly Partial<Attempt>[], lane: string | null = null) {
  const fold = assertionCheck('own', assertion).fold({}, {} as RunFacts, lane);
  fold.batch(batchOfRows(attempts.map((one, index) => ({ ...answered, id: `a${index + 1}`, ...one }))));
  const end = fold.done();
  return 'result' in end ? end.result : undefined;
}

describe('an assertion of a scenario', () => {
  test.each([
    ['nothing', () => {}],
    ['true', () => true],
  ])('holds where it returns %s', (_, assertion) => {
    expect(findingOf(assertion, [{}, {}])).toMatchObject({ verdict: 'pass', actual: 2 });
  });

  test.each<[string, Assertion, string]>([
    ['false', () => false, 'the assertion returned false'],
    ['a text', () => 'no name', 'no name'],
    [
      'a promise, which says nothing in time',
      (async () => true) as unknown as Assertion,
      'the assertion returned an object',
    ],
    ['with an error', () => assert.equal(1, 2, 'one is not two'), 'one is not two'],
  ])('does not hold where it ends with %s', (_, assertion, message) => {
    const finding = findingOf((attempt, facts) => (attempt.id === 'a2' ? assertion(attempt, facts) : true), [{}, {}]);
    expect(finding).toMatchObject({ verdict: 'fail', actual: { broken: 1, asked: 2, examples: [`a2: ${message}`] } });
  });

  test('is asked about good answers, of its lane', () => {
    const seen: string[] = [];
    const attempts: Partial<Attempt>[] = [{}, { outcome: 'reset' }, { lane: 'regulars' }];
    findingOf(({ id }) => void seen.push(id), attempts, 'visitors');
    expect(seen).toEqual(['a1']);
  });

  test('proves nothing where nobody was asked', () => {
    expect(findingOf(() => true, [{ outcome: 'refused' }])).toMatchObject({ verdict: 'inconclusive' });
  });
});
