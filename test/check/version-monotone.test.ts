import { describe, expect, test } from 'vitest';
import type { RunFacts } from '../../record/facts.ts';
import { versionMonotone } from '../../runner/check/version-monotone.ts';
import { attempt, facts, judge, lane, step } from './run.ts';

const run = facts({
  lanes: [lane('visitors', 'session'), lane('regulars', 'kept'), lane('curls')],
  steps: [step('rollout', 1000, 5000), step('hold', 5000, 9000)],
});
/** One visitor's answers, 100 ms apart. */
const visitor = (name: string, fromMs: number, versions: string) =>
  [...versions].map((version, i) =>
    attempt({ at: fromMs + i * 100, session: name, version: `v${version}`, connectionUse: i + 1 }),
  );
const settled = [attempt({ at: 8000, lane: 'curls', version: 'v2' })];

describe('version-monotone', () => {
  test('passes visitors that move on, whenever they do', () => {
    const finding = judge(versionMonotone, {}, run, [
      ...visitor('a', 0, '1111'),
      ...visitor('b', 2000, '1122'),
      ...visitor('c', 6000, '222'),
      ...settled,
    ]);
    expect(finding).toMatchObject({ verdict: 'pass', actual: { answers: 8 } });
  });

  test('fails a visitor that goes from the new version to the old one, though it never saw the old one before', () => {
    const finding = judge(versionMonotone, {}, run, [...visitor('a', 2000, '21'), ...settled]);
    expect(finding.verdict).toBe('fail');
    expect(finding.message).toMatch(
      /^1 time a visitor went back to another version, such as from v2 to v1 \(request a\d+\)\.$/,
    );
  });

  test('fails a visitor that returns, also where it is not known which version stays', () => {
    expect(judge(versionMonotone, {}, run, visitor('a', 2000, '121')).verdict).toBe('fail');
    expect(judge(versionMonotone, {}, facts({ lanes: run.lanes }), visitor('a', 2000, '121')).verdict).toBe('fail');
    expect(judge(versionMonotone, {}, run, visitor('a', 2000, '12')).verdict).toBe('pass');
  });

  test('which version stays is not known where the rollout was interrupted', () => {
    const attempts = [...visitor('a', 2000, '12'), attempt({ at: 3000, lane: 'curls', version: 'v1' })];
    const until = (rest: Partial<RunFacts>, verdict: 'pass' | 'inconclusive') =>
      judge(versionMonotone, {}, { ...run, steps: [step('rollout', 1000, 2900, { verdict })], ...rest }, attempts);
    expect(until({ complete: false }, 'inconclusive').verdict).toBe('pass');
    expect(until({ complete: false }, 'pass').verdict).toBe('fail');
    expect(until({}, 'inconclusive').verdict).toBe('fail');
  });

  test('each visitor for itself: two that differ are no step back', () => {
    expect(
      judge(versionMonotone, {}, run, [...visitor('a', 2000, '222'), ...visitor('b', 2050, '111'), ...settled]).verdict,
    ).toBe('pass');
  });

  test('follows kept connections, and not fresh ones', () => {
    const on = (name: string) =>
      ['v2', 'v1'].map((version, i) =>
        attempt({ at: 2000 + i * 100, lane: name, connection: 77, connectionUse: i + 1, version }),
      );
    expect(judge(versionMonotone, {}, run, [...on('regulars'), ...settled]).verdict).toBe('fail');
    expect(judge(versionMonotone, {}, run, [...on('curls'), ...settled]).verdict).toBe('inconclusive');
  });

  test('an undo goes back on purpose, and after it nobody may see the new version again', () => {
    const undone = { ...run, steps: [...run.steps, step('undo', 9000, 9500)] };
    const after = [...settled, attempt({ at: 9900, lane: 'curls', version: 'v1' })];
    expect(judge(versionMonotone, {}, undone, [...visitor('a', 8800, '2211'), ...after]).verdict).toBe('pass');
    expect(judge(versionMonotone, {}, undone, [...visitor('a', 9000, '2112'), ...after]).verdict).toBe('fail');
    expect(judge(versionMonotone, {}, undone, [...visitor('a', 9100, '12'), ...after]).verdict).toBe('fail');
  });

  test('a connection that lives through a rollout and its undo moves on twice', () => {
    const undone = { ...run, steps: [...run.steps, step('undo', 9000, 9500)] };
    const lives = [
      [500, 'v1'],
      [4000, 'v2'],
      [9300, 'v1'],
    ] as const;
    const kept = lives.map(([at, version], i) =>
      attempt({ at, lane: 'regulars', connection: 5, connectionUse: i + 1, version }),
    );
    expect(judge(versionMonotone, {}, undone, [...kept, ...settled]).verdict).toBe('pass');
  });

  test('answers that were under way together have no order', () => {
    const together = ['v2', 'v1'].map((version, i) => attempt({ at: 2000 + i, took: 50, session: 'a', version }));
    expect(judge(versionMonotone, {}, run, [...together, ...settled]).verdict).toBe('inconclusive');
  });

  test('forgets visitors, but not one that is still there among more than it can keep', () => {
    const many = Array.from({ length: 70_000 }, (_, i) =>
      attempt({ at: 2000 + i / 100, session: `s${i}`, version: 'v1' }),
    );
    const old = Array.from({ length: 8 }, (_, i) =>
      attempt({ at: 2000 + i * 100, took: 0.001, session: 'old', version: i === 7 ? 'v1' : 'v2' }),
    );
    expect(judge(versionMonotone, {}, run, [...many, ...old, ...settled], { batchSize: 5000 }).verdict).toBe('fail');
  });

  test('does not apply to fresh lanes or where answers hold no version', () => {
    expect(judge(versionMonotone, {}, facts(), settled).verdict).toBe('not-applicable');
    expect(judge(versionMonotone, {}, run, settled, { lane: 'curls' }).verdict).toBe('not-applicable');
    expect(judge(versionMonotone, {}, { ...run, identity: {} }, settled).verdict).toBe('not-applicable');
  });
});
