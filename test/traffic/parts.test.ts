import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import type { Event } from '../../record/event.ts';
import { BlindWatch } from '../../runner/traffic/blind.ts';
import { CookieJar } from '../../runner/traffic/cookies.ts';
import { newAttempt } from '../../runner/traffic/new-attempt.ts';
import { chooseThreads, partOf } from '../../runner/traffic/share.ts';
import { drawSourceBlock, SourceAddresses } from '../../runner/traffic/source-address.ts';
import { laneOf } from './run-lanes.ts';

describe('source addresses', () => {
  test('are a block of 127/8 that nothing else uses, on Linux alone', () => {
    for (let i = 0; i < 500; i++) expect(drawSourceBlock('linux')).toMatch(/^127\.[1-9]\d*\.\d+\.$/);
    expect(drawSourceBlock('darwin')).toBe(null);
  });

  test('never repeat an end before all were used and 60 s have gone', () => {
    const ends = new SourceAddresses('127.9.9.', { thread: 253, threads: 254 });
    const seen = new Set<number>();
    for (let port = 1_024; port <= 65_535; port++) {
      const end = ends.next(0);
      expect(end?.address).toBe('127.9.9.254');
      seen.add(end?.port ?? 0);
    }
    expect(seen.size).toBe(64_512);
    expect(ends.next(59_999_999)).toBe(null);
    expect(ends.next(60_000_000)).toEqual({ address: '127.9.9.254', port: 1_024 });
  });

  test('go on with the next address of the thread', () => {
    const ends = new SourceAddresses('127.9.9.', { thread: 1, threads: 2 });
    for (let port = 1_024; port <= 65_535; port++) ends.next(0);
    expect(ends.next(0)).toEqual({ address: '127.9.9.4', port: 1_024 });
  });
});

describe('cookies', () => {
  test('are sent to the paths that they are for, until they are gone', () => {
    const jar = new CookieJar(false);
    jar.store('a=1; Path=/; HttpOnly', '/shop/cart');
    jar.store('b=2', '/shop/cart');
    jar.store('c=3; path=/admin', '/shop/cart');
    jar.store('d=4; Secure; Path=/', '/shop/cart');
    expect(jar.header('/shop/list?page=2')).toBe('a=1; b=2');
    expect(jar.header('/shopping')).toBe('a=1');
    expect(jar.header('/admin/x')).toBe('a=1; c=3');
    jar.store('a=5; Path=/', '/');
    expect(jar.header('/')).toBe('a=5');
    jar.store('a=; Path=/; Max-Age=0', '/');
    jar.store('c=; Path=/admin; Expires=Thu, 01 Jan 1970 00:00:00 GMT', '/');
    expect(jar.header('/admin')).toBe(null);
    jar.store('=x', '/');
    jar.store('nonsense', '/');
    expect(jar.header('/')).toBe(null);
  });
});

describe('blindness', () => {
  const attempt = (differences: Partial<Attempt>): Attempt => ({
    ...newAttempt({ id: '1', lane: 'a', session: null, method: 'GET', path: '/', intendedUs: 0, readyUs: 0 }),
    ...differences,
  });
  const watch = () => {
    const events: Event[] = [];
    return { events, blind: new BlindWatch('a', 50_000, (event) => events.push(event)) };
  };

  test('is a stretch longer than the resolution in which something was due and nothing sent', () => {
    const { events, blind } = watch();
    blind.ready(0, 50_000);
    blind.ready(10_000, 50_100);
    blind.ready(2_000_000, 2_000_500);
    expect(events).toEqual([]);
    blind.ready(3_000_000, 3_050_001);
    expect(events).toMatchObject([{ kind: 'blind', earliestUs: 3_000_000, latestUs: 3_050_001 }]);
  });

  test('is also what our own machine refuses to send', () => {
    const { events, blind } = watch();
    blind.ended(attempt({ outcome: 'unsent', readyUs: 1_000 }));
    blind.ended(attempt({ outcome: 'unsent', readyUs: 20_000 }));
    blind.ended(attempt({ outcome: 'ok', sentUs: 90_000 }));
    blind.ended(attempt({ outcome: 'ok', sentUs: 99_000 }));
    expect(events).toMatchObject([{ earliestUs: 1_000, latestUs: 90_000 }]);
    blind.ended(attempt({ outcome: 'unsent', readyUs: 100_000 }));
    blind.finish(200_000);
    expect(events[1]).toMatchObject({ earliestUs: 100_000, latestUs: 200_000 });
  });

  test('does not end with what was sent before it began and came to its end within it', () => {
    const { events, blind } = watch();
    blind.ended(attempt({ outcome: 'unsent', readyUs: 10_000 }));
    for (const sentUs of [1_000, 9_000, 10_000]) blind.ended(attempt({ outcome: 'ok', sentUs }));
    blind.ended(attempt({ outcome: 'unsent', readyUs: 60_000 }));
    blind.ended(attempt({ outcome: 'ok', sentUs: 70_000 }));
    expect(events).toMatchObject([{ earliestUs: 10_000, latestUs: 70_000 }]);
  });

  test('goes on where more was refused after the last that was sent, which came to its end late', () => {
    const { events, blind } = watch();
    blind.ended(attempt({ outcome: 'unsent', readyUs: 1_000 }));
    blind.ended(attempt({ outcome: 'unsent', readyUs: 30_000 }));
    blind.ended(attempt({ outcome: 'ok', sentUs: 2_000 }));
    blind.ended(attempt({ outcome: 'ok', sentUs: 80_000 }));
    expect(events).toMatchObject([{ earliestUs: 2_000, latestUs: 80_000 }]);
  });

  test('is over when traffic is over', () => {
    const { events, blind } = watch();
    blind.finish(100_000);
    blind.ended(attempt({ outcome: 'unsent', readyUs: 1_000 }));
    blind.ended(attempt({ outcome: 'unanswered', sentUs: 90_000 }));
    expect(events).toEqual([]);
  });
});

describe('threads', () => {
  test('are one for most, and never all cores', () => {
    expect(chooseThreads([laneOf({ rate: 200 })], 2)).toBe(1);
    expect(chooseThreads([laneOf({ connection: 'kept', rate: 5_000 })], 8)).toBe(1);
    expect(chooseThreads([laneOf({ rate: 5_000 })], 8)).toBe(3);
    expect(chooseThreads([laneOf({ rate: 50_000 })], 4)).toBe(3);
    expect(chooseThreads([laneOf({ rate: 50_000 })], 1)).toBe(1);
  });

  test('share things out without a remainder', () => {
    for (const total of [0, 1, 7, 50])
      for (const threads of [1, 2, 3, 8]) {
        const parts = Array.from({ length: threads }, (_, thread) => partOf(total, thread, threads));
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }
  });
});
