import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Attempt } from '../../../record/attempt.ts';
import { Attempts } from '../../../runner/engines/k6/attempts.ts';
import { lineOf, type Point } from '../../../runner/engines/k6/lines.ts';
import { type Request, Requests } from '../../../runner/engines/k6/requests.ts';

/** Constructed by k6's documentation: see fixtures/README.md. */
function pointsOf(version: string): Point[] {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', `${version}.ndjson`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const read = lineOf(line);
      if (read === null) throw new Error(`not read: ${line}`);
      return 'point' in read ? [read.point] : [];
    });
}

const startUs = Date.parse('2026-11-24T10:00:00Z') * 1000;

function attemptsOf(points: readonly Point[], { fresh = false } = {}): { rows: Attempt[]; attempts: Attempts } {
  let connection = 1;
  const attempts = new Attempts({
    lane: 'lane',
    fresh,
    clock: { runUs: (us) => Math.round(us - startUs) },
    runTag: 'run',
    nextConnection: () => connection++,
  });
  const rows: Attempt[] = [];
  const requests = new Requests((request: Request) => rows.push(attempts.of(request, 6_000_000)));
  for (const point of points)
    if (point.metric === 'dropped_iterations') rows.push(attempts.dropped(point.wallUs));
    else requests.see(point);
  requests.end();
  return { rows, attempts };
}

test.each(['v1', 'v2'])('each kind of request is what it was, by the lines of %s', (version) => {
  const { rows, attempts } = attemptsOf(pointsOf(version));
  const shown = Object.fromEntries(
    rows.map(({ id, outcome, phase, status, connection, connectionUse, readyUs, endUs, replica, path }) => [
      id,
      [outcome, phase, status, connection, connectionUse, readyUs, endUs, replica, path],
    ]),
  );
  expect(shown).toEqual({
    r40: ['ok', null, 200, 1, 1, 100, 251, 'web-7f', 'work'],
    r41: ['ok', null, 200, 1, 2, 310, 4_512, 'web-7f', 'work'],
    // k6 tells no time of a connection that failed: the script's own begin does.
    r42: ['refused', 'connect', null, 2, 1, 20_000, 24_100, null, 'work'],
    r43: ['reset', 'headers', null, 3, 1, 43_700, 46_233, null, 'work'],
    r44: ['status', 'validate', 500, 4, 2, 59_800, 61_980, 'web-7f', 'work'],
    r45: ['timeout', 'headers', null, 6, 2, 70_000, 5_080_377, null, 'work'],
    r46: ['unanswered', null, null, null, 1, 80_000, 6_000_000, null, 'work'],
    r47: ['invalid', 'validate', 200, 5, 1, 200_000, 201_500, 'web-7f', 'work'],
    'run-lane-u2': ['ok', null, 200, 7, 1, 5_196_500, 5_200_000, null, '/basket'],
    'run-lane-d1': ['unsent', null, null, null, 1, 100_031, 100_031, null, ''],
  });
  expect(rows.find(({ id }) => id === 'r47')?.detail).toBe('an empty page');
  expect(rows.find(({ id }) => id === 'r42')).toMatchObject({
    detail: 'dial: connection refused (1212)',
    sentUs: 20_000,
  });
  expect(rows.find(({ id }) => id === 'r40')).toMatchObject({
    sentUs: 111,
    connectedUs: 151,
    firstByteUs: 241,
    address: '10.0.0.7:8080',
    version: '2',
    handled: 'unknown',
  });
  // r43 and r47 went out on connections that took the place of others; whose the last is nobody says.
  expect(attempts).toMatchObject({ repeatsPossible: 3, withoutId: 1 });
});

test('without reuse nothing can have been sent twice', () => {
  expect(attemptsOf(pointsOf('v2'), { fresh: true }).attempts.repeatsPossible).toBe(0);
});

test('lines that break off anywhere make no request look good that is not known to be', () => {
  const points = pointsOf('v2');
  const whole = new Map(attemptsOf(points).rows.map(({ id, outcome }) => [id, outcome]));
  for (let length = 0; length < points.length; length++)
    // Without the script's word what it found wrong is not known yet; the run is not complete then.
    for (const { id, outcome } of attemptsOf(points.slice(0, length)).rows)
      if (outcome === 'ok' && id !== 'r47') expect([id, whole.get(id)]).toEqual([id, 'ok']);
});

test('a redirect that the script follows is a request for each hop', () => {
  const [begin, ...rest] = pointsOf('v2').filter(({ metadata }) => metadata.hl_id === 'r40') as [Point, ...Point[]];
  const hop = rest
    .filter(({ metric }) => metric.startsWith('http_req'))
    .map((point) => ({ ...point, wallUs: point.wallUs - 50, tags: { ...point.tags, status: '302' } }));
  const { rows } = attemptsOf([begin, ...hop, ...rest]);
  expect(rows.map(({ id, status, outcome, readyUs }) => [id, status, outcome, readyUs])).toEqual([
    ['r40', 302, 'ok', 100],
    ['r40', 200, 'ok', 201],
  ]);
});

test('a million points take no more memory than what is under way', { timeout: 120_000 }, () => {
  const points = pointsOf('v2').filter(({ metadata }) => metadata.hl_id === 'r41');
  let ended = 0;
  const requests = new Requests(() => ended++);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heldMb = () => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const before = heldMb();
  const times = Math.ceil(1e6 / points.length);
  for (let i = 0; i < times; i++) {
    for (const point of points) requests.see({ ...point, metadata: { ...point.metadata, hl_id: `r${i}` } });
    expect(requests.underWay).toBe(0);
  }
  expect(ended).toBe(times);
  expect(heldMb() - before).toBeLessThan(100);
});

test('ids that are begun and never end are given up, the oldest first, before they fill the memory', () => {
  const [begin] = pointsOf('v2').filter(({ metadata }) => metadata.hl_id === 'r41') as [Point];
  const given: (string | null)[] = [];
  const requests = new Requests(({ id }) => given.push(id));
  for (let i = 0; i < 100_010; i++) requests.see({ ...begin, metadata: { hl_id: `r${i}` } });
  expect(given).toEqual(Array.from({ length: 10 }, (_, i) => `r${i}`));
});
