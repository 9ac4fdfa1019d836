import { describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { tellFailures, tellOutage } from '../../reports/failures.ts';
import { livesOf } from '../../reports/lives.ts';
import { plain, plainValue } from '../../reports/plain.ts';
import { about, count, duration, listed, moment, percent } from '../../reports/words.ts';
import { fixtures } from './fixtures.ts';

describe('numbers in words', () => {
  test.each([
    [0, '0 ms'],
    [0.0004, '0.01 ms'],
    [0.42, '0.42 ms'],
    [0.999, '1 ms'],
    [3.14, '3.1 ms'],
    [9.99, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [12_340, '12.3 s'],
    [99_960, '1 min 40 s'],
    [3_725_000, '1 h 2 min 5 s'],
    [null, '-'],
  ])('%s ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

  test('a moment just before the start is the start', () => {
    expect([-20, -60, 0, 1234].map((ms) => moment(ms))).toEqual(['0.0 s', '-0.1 s', '0.0 s', '1.2 s']);
    expect([moment(-0.3, 3), moment(-20, 3)]).toEqual(['0.000 s', '-0.020 s']);
  });

  test('a share is never nothing or all where it is not', () => {
    expect([0, 0.0001, 0.334, 0.9999, 1].map(percent)).toEqual(['0 %', '< 0.1 %', '33.4 %', '> 99.9 %', '100 %']);
  });

  test('lists, thousands, rough lengths', () => {
    expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
    expect(count(1_234_567)).toBe('1,234,567');
    expect([0.2, 23.4, 812, 1234, 61_000].map(about)).toEqual([
      'less than 1 ms',
      'about 23 ms',
      'about 0.81 s',
      'about 1.2 s',
      'about 61.0 s',
    ]);
  });
});

describe('untrusted text', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007name', 'name'],
    ['a\r\nb\tc', 'a b c'],
    ['\u202eevil\u202c', 'evil'],
    ['zero\u200bwidth\ufeff', 'zero width'],
    ['\ud800lone', 'lone'],
    ['日本 🎉', '日本 🎉'],
  ])('%j becomes %j', (text, shown) => expect(plain(text)).toBe(shown));

  test('is cut, and that is seen', () => {
    expect(plain('x'.repeat(10_000), 5)).toBe('xxxx…');
    expect(plain('xxxxx', 5)).toBe('xxxxx');
    expect([...plain('🎉'.repeat(10), 5)]).toHaveLength(5);
    expect(plain(`${'\u001b[0m'.repeat(1000)}hidden`, 5)).toMatch(/…$/);
  });

  test('values are written as a person would', () => {
    expect(plainValue({ failed: 65, by: { ok: 1, reset: 4 }, at: 2050.586999999825, none: null })).toBe(
      'failed: 65, by: (ok: 1, reset: 4), at: 2050.59, none: none',
    );
    expect(plainValue(['v1', 'both'])).toBe('v1, both');
    expect(plainValue({ '\u001b[2J': '\u001b[31mred' })).toBe(': red');
    expect(plainValue(undefined)).toBe('none');
    expect(plainValue(0)).toBe('0');
  });
});

describe('lives', () => {
  const result = fixtures.healthy();
  const livesAfter = (...events: [ms: number, kind: string, subject?: string, more?: object][]) =>
    livesOf(
      {
        ...result,
        events: events.map(([ms, kind, subject = 'replica', more = {}]) => ({
          fromMs: ms,
          toMs: ms,
          kind,
          subject: { kind: subject, name: 'pod' },
          version: 'v1',
          ...more,
        })),
      },
      1000,
    )[0];

  test('from created to gone', () => {
    const life = livesAfter(
      [0, 'created'],
      [10, 'started'],
      [50, 'ready'],
      [60, 'route-added', 'endpoint'],
      [500, 'terminating'],
      [540, 'route-removed', 'endpoint'],
      [800, 'exited', 'replica', { exitCode: 0 }],
      [810, 'gone'],
    );
    expect(life).toEqual({
      pod: 'pod',
      version: 'v1',
      phases: [
        { phase: 'starting', fromMs: 0, toMs: 50 },
        { phase: 'ready', fromMs: 50, toMs: 500 },
        { phase: 'terminating', fromMs: 500, toMs: 800 },
      ],
      routed: [{ fromMs: 60, toMs: 540 }],
      end: 'exited with code 0',
    });
  });

  test('one that is told to stop gets no readier by a probe', () => {
    const phases = livesAfter([0, 'ready'], [100, 'terminating'], [200, 'unready'], [300, 'ready'])?.phases;
    expect(phases?.map(({ phase, toMs }) => [phase, toMs])).toEqual([
      ['ready', 100],
      ['terminating', 1000],
    ]);
  });

  test('between its end and its restart nothing of it runs', () => {
    const life = livesAfter(
      [0, 'ready'],
      [100, 'killed'],
      [110, 'exited', 'replica', { exitCode: 137 }],
      [200, 'unready'],
      [300, 'restarted'],
      [400, 'ready'],
    );
    expect(life?.phases.map(({ phase, fromMs, toMs }) => [phase, fromMs, toMs])).toEqual([
      ['ready', 0, 100],
      ['starting', 300, 400],
      ['ready', 400, 1000],
    ]);
    expect(life?.end).toBe('killed, restarted');
  });

  test('of the order of the list nothing depends', () => {
    const events = [
      [0, 'ready'],
      [100, 'terminating'],
      [300, 'exited'],
    ] as const;
    expect(livesAfter(...events.map(([ms, kind]): [number, string] => [ms, kind]).reverse())).toEqual(
      livesAfter(...events.map(([ms, kind]): [number, string] => [ms, kind])),
    );
  });
});

describe('failures in words', () => {
  const base = fixtures.failing();
  const first = base.failures[0];
  if (!first) throw new Error('the fixture has failures');
  const refused = (sentMs: number, more = {}) => ({
    ...first,
    lane: 'visitors',
    outcome: 'refused' as const,
    pod: 'pod-a',
    sentMs,
    endMs: sentMs + 1,
    ...more,
  });
  const event = (ms: number, kind: string) => ({
    fromMs: ms,
    toMs: ms,
    kind,
    subject: { kind: 'replica', name: 'pod-a' },
  });
  const told = (failures: Result['failures'], events: Result['events'], outage = {}) =>
    tellOutage(
      {
        kind: 'total',
        lane: 'visitors',
        fromMs: 12_100,
        toMs: 12_900,
        ms: 800,
        failures: failures.length,
        cause: null,
        ...outage,
      },
      { ...base, failures, events },
    );

  test('an outage with what had happened to the replica', () => {
    const failures = Array.from({ length: 160 }, (_, index) => refused(12_100 + index * 5));
    expect(told(failures, [event(11_900, 'terminating')])).toBe(
      'From 12.10 s to 12.90 s, for about 0.8 s, no new connection of visitors got through: 160 requests were refused by pod-a, which had been told to stop 0.2 s before.',
    );
  });

  test('an outage over two steps tells what happened once', () => {
    const failures = [
      refused(12_100, { step: 'run' }),
      refused(12_200, { step: 'hold' }),
      refused(12_300, { step: 'hold' }),
    ];
    expect(told(failures, [])).toContain(': 3 requests were refused by pod-a.');
  });

  test('what came after the failure explains nothing', () => {
    expect(told([refused(12_200)], [event(12_201, 'terminating')])).toMatch(/1 request was refused by pod-a\.$/);
  });

  test('what became ready since then was well', () => {
    expect(told([refused(12_200)], [event(11_000, 'terminating'), event(12_000, 'ready')])).toMatch(/by pod-a\.$/);
  });

  test('a failure that is not in the list is counted all the same', () => {
    expect(told([refused(12_200)], [], { failures: 5 })).toContain('1 request was refused by pod-a and 4 more failed');
    expect(told([], [], { failures: 5 })).toContain(': 5 requests failed.');
  });

  test('failures of other lanes and other times are not told', () => {
    const others = [refused(12_200, { lane: 'regulars' }), refused(13_200)];
    expect(told([refused(12_200), ...others], [], { failures: 1 })).toContain('1 request was refused');
  });

  test('an outage without an end, and one of a part', () => {
    expect(told([refused(12_200)], [], { toMs: null })).toContain('From 12.10 s to the end of the traffic');
    expect(told([refused(12_200)], [], { kind: 'partial' })).toContain('a part of the requests of visitors failed');
  });

  test('the step is said once where it is the same', () => {
    const same = tellFailures({ ...base, failures: [refused(1), refused(2, { pod: 'pod-b' })] }, 10);
    expect(same.title).toBe('Failed requests, all in the step rollout mimuc-app to v0.0.2');
    expect(same.told.join()).not.toContain('step');
    const mixed = tellFailures({ ...base, failures: [refused(1), refused(2, { step: 'hold 2s' })] }, 1);
    expect(mixed).toEqual({
      title: 'Failed requests',
      told: ['1 request was refused by pod-a (in the step rollout mimuc-app to v0.0.2)'],
      more: 1,
    });
  });
});
