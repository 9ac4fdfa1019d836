import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { assetConsistency } from '../../runner/check/asset-consistency.ts';
import { type AttemptAt, attempt, facts, judge, lane } from './run.ts';

const run = facts({ lanes: [lane('visitors', 'session'), lane('readers', 'session'), lane('curls')] });

type Told = Omit<AttemptAt, 'at'>;

/** A visitor's page and its assets, 10 ms apart. */
function visit(session: string, page: Told, assets: readonly Told[], fromMs = 0): Attempt[] {
  return [
    attempt({ at: fromMs, id: session, session, path: '/', ...page }),
    ...assets.map((asset, i) =>
      attempt({ at: fromMs + 10 * (i + 1), id: `${session}.${i + 1}`, session, path: `/${i}.js`, ...asset }),
    ),
  ];
}

const of = (version: string): Told => ({ version });
const notFound = (version: string): Told => ({ version, status: 404, outcome: 'status', detail: '404' });
const asPage = (version: string): Told => ({
  version,
  status: 200,
  outcome: 'invalid',
  detail: 'content-type text/html for a script',
});
const whole = (version: string) => (_: unknown, i: number) =>
  visit(`${version}-${i}`, of(version), [of(version), of(version)], i * 100);
const many = (version: string) => Array.from({ length: 40 }, whole(version)).flat();

describe('asset-consistency', () => {
  test('passes visitors of which each got one version, whichever', () => {
    const finding = judge(assetConsistency, {}, run, [...many('v1'), ...many('v2')]);
    expect(finding).toMatchObject({
      verdict: 'pass',
      message:
        'All 80 visitors got a page and its assets of one version: 160 assets, none missing, none of a wrong type.',
      actual: { visitors: 80, whole: 80, broken: 0, assets: { answered: 160, lost: 0 } },
    });
  });

  test.each<[string, Told, object]>([
    ['an asset of another version', of('v2'), { mixed: 1, missing: 0, wrongType: 0 }],
    ['an asset that is not there', notFound('v1'), { mixed: 0, missing: 1, wrongType: 0 }],
    ['one that another version does not have', notFound('v2'), { mixed: 1, missing: 1, wrongType: 0 }],
    ['one that has gone for good', { ...notFound('v1'), status: 410 }, { mixed: 0, missing: 1, wrongType: 0 }],
    ['a page in place of a script', asPage('v1'), { mixed: 0, missing: 0, wrongType: 1 }],
  ])('fails a single visitor with %s', (_, asset, assets) => {
    const odd = visit('odd', of('v1'), [of('v1'), asset], 5000);
    const finding = judge(assetConsistency, {}, run, [...many('v1'), ...odd]);
    expect(finding).toMatchObject({
      verdict: 'fail',
      actual: { visitors: 41, whole: 40, broken: 1, assets, brokenBy: assets },
    });
  });

  test('counts assets and visitors, and says which versions met', () => {
    const finding = judge(assetConsistency, {}, run, [
      ...visit('a', of('v1'), [notFound('v2'), notFound('v2')]),
      ...visit('b', of('v2'), [of('v2'), asPage('v1')], 100),
    ]);
    expect(finding.message).toBe(
      '2 of 2 visitors got a page whose assets do not fit it: 3 by another version than the page, 2 not found and 1 of a wrong content type; such as visitor a, whose page of v1 names /0.js, answered with 404 by v2.',
    );
    expect(finding.actual).toMatchObject({
      brokenBy: { mixed: 2, missing: 1, wrongType: 1 },
      mixes: [
        { page: 'v1', asset: 'v2', number: 2 },
        { page: 'v2', asset: 'v1', number: 1 },
      ],
    });
  });

  test('does not depend on the order of rows, nor on batches', () => {
    const rows = [...many('v1'), ...visit('odd', of('v1'), [notFound('v2')], 50)];
    const first = judge(assetConsistency, {}, run, rows);
    const late = rows.map((row) => (row.id === row.session ? { ...row, endUs: row.endUs + 20_000 } : row));
    expect(judge(assetConsistency, {}, run, late, { batchSize: 3 }).actual).toEqual(first.actual);
  });

  test('leaves what no answer came for to zero-failed, and says so', () => {
    const lost: Told = { outcome: 'refused', version: null };
    const busy: Told = { outcome: 'status', status: 503, version: 'v2' };
    const finding = judge(assetConsistency, {}, run, [
      ...many('v1'),
      ...visit('a', of('v1'), [of('v1'), lost, busy], 5000),
      ...visit('b', { outcome: 'reset' }, [], 5100),
    ]);
    expect(finding).toMatchObject({ verdict: 'pass', actual: { visitors: 41, assets: { lost: 2 } } });
    expect(finding.message).toMatch(/\(2 assets got no answer that tells\.\)$/);
  });

  test('is not sure of a few visitors, or of answers without a version', () => {
    expect(judge(assetConsistency, {}, run, visit('a', of('v1'), [of('v1')])).verdict).toBe('inconclusive');
    const nameless = Array.from({ length: 40 }, (_, i) => visit(`n${i}`, {}, [{}], i * 100)).flat();
    expect(judge(assetConsistency, {}, run, nameless)).toMatchObject({
      verdict: 'inconclusive',
      hint: expect.stringContaining('identity.version'),
    });
    // What is missing is missing, whatever its version.
    const missing = visit('m', {}, [{ ...notFound(''), version: null }], 9000);
    expect(judge(assetConsistency, {}, run, [...nameless, ...missing]).verdict).toBe('fail');
  });

  test('looks at one lane where it was asked for one, and needs visitors', () => {
    const rows = [
      ...many('v1'),
      ...visit('odd', of('v1'), [notFound('v2')]).map((row) => ({ ...row, lane: 'readers' })),
    ];
    expect(judge(assetConsistency, {}, run, rows, { lane: 'visitors' }).verdict).toBe('pass');
    expect(judge(assetConsistency, {}, run, rows).verdict).toBe('fail');
    expect(judge(assetConsistency, {}, run, rows, { lane: 'curls' }).verdict).toBe('not-applicable');
  });

  test('takes only what a page named for its assets, where a flow says what is asked for', () => {
    const flows = facts({ lanes: [{ ...lane('visitors', 'session'), flow: true }] });
    const row = (session: string, id: string, told: Told, at: number) =>
      attempt({ at, id: `${session}.${id}`, session, path: `/${id}`, ...told });
    // A page of v1, a request, then a page of v2: another version each time, and each page is whole.
    const across = Array.from({ length: 40 }, (_, i) => [
      row(`v${i}`, '1', of('v1'), i * 100),
      row(`v${i}`, '1.1', of('v1'), i * 100 + 1),
      row(`v${i}`, '3', of('v2'), i * 100 + 2),
      row(`v${i}`, '4', of('v2'), i * 100 + 3),
      row(`v${i}`, '4.1', of('v2'), i * 100 + 4),
    ]).flat();
    expect(judge(assetConsistency, {}, flows, across)).toMatchObject({
      verdict: 'pass',
      actual: { visitors: 80, assets: { answered: 80 } },
    });
    const mixed = [row('m', '2', of('v1'), 9000), row('m', '2.1', of('v2'), 9001), row('m', '3', of('v2'), 9002)];
    expect(judge(assetConsistency, {}, flows, [...across, ...mixed])).toMatchObject({
      verdict: 'fail',
      actual: { broken: 1, assets: { mixed: 1 } },
    });
    const noPages = [row('n', '1', of('v1'), 0), row('n', '2', of('v2'), 1)];
    expect(judge(assetConsistency, {}, flows, noPages).verdict).toBe('not-applicable');
  });
});
