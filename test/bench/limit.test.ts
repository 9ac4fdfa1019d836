import { describe, expect, test } from 'vitest';
import type { Figures } from '../../runner/bench/figures.ts';
import { limitOf } from '../../runner/bench/limit.ts';

const connections = 50;
const free = { idle: 0.4, steal: 0, threadBusy: 0.4, threadWaited: 0, threads: 1 };

interface Seen {
  rate: number;
  /** While it planned. */
  ok: number;
  seconds: number;
  drainPerS: number | null;
  turnMs?: number;
  askMs?: number;
  lateP99?: number;
  busy?: number;
}

/** What a round of an open loop that fell behind its plan said, and what is made of it. */
function limitOfQueue({ rate, ok, seconds, drainPerS, turnMs = 0.05, askMs = 5, lateP99 = 2, busy = 0.4 }: Seen) {
  const pace = { turnMs, askMs, planned: { ok, seconds }, drainPerS };
  const figures = {
    ok: 50_000,
    planned: 60_000,
    unsent: 0,
    failures: [],
    ratePerS: ok / seconds,
    latencyMs: { p99: 3000, max: 3500 },
    lateMs: { p50: 0.3, p99: lateP99, max: 9 },
    waitMs: { p50: 1000, p99: 3000, max: 3500 },
    pace,
  } as unknown as Figures;
  const load = { model: 'open', rate, arrivals: 'constant', connections } as const;
  return limitOf(load, figures, { ...free, threadBusy: busy }, true);
}

// As they were seen, with 50 connections on two cores that others used too.
describe('a rate that was not reached', () => {
  const limits = (seen: Seen) => limitOfQueue(seen).limitedBy;

  test('is the server’s where its answers came no faster once nothing was planned', () => {
    // One worker that takes 5 ms for each answer.
    expect(limits({ rate: 30_000, ok: 253, seconds: 1.7, drainPerS: 166, askMs: 550 })).toBe('server');
    expect(limits({ rate: 200_000, ok: 46, seconds: 0.3, drainPerS: 160, askMs: 235 })).toBe('server');
    expect(limits({ rate: 200_000, ok: 46, seconds: 0.3, drainPerS: null, askMs: 235 })).toBe('server');
    // node:http, in a stage of its full length.
    expect(limits({ rate: 30_000, ok: 41_962, seconds: 3, drainPerS: 15_730 })).toBe('server');
  });

  test('is nobody’s that could be named where they came faster, though less than twice as fast', () => {
    const { limitedBy, generatorLimited, why } = limitOfQueue({
      rate: 120_000,
      ok: 10_588,
      seconds: 0.506,
      drainPerS: 32_046,
    });
    expect({ limitedBy, generatorLimited }).toEqual({ limitedBy: 'unknown', generatorLimited: true });
    expect(why).toBe(
      'unknown: 20925 good answers a second while it planned, 32046 when it planned no more; a lower rate would tell',
    );
  });

  test('is not the generator’s for a server that had only begun', () => {
    expect(limits({ rate: 200_000, ok: 96, seconds: 0.3, drainPerS: 17_387, askMs: 135 })).toBe('unknown');
  });

  test('is not the server’s by chance, nor the generator’s', () => {
    // 40 would be 1.25 times slower than they drained: what was seen is within chance of that, and far from it.
    expect(limits({ rate: 1000, ok: 30, seconds: 0.3, drainPerS: 166 })).toBe('server');
    expect(limits({ rate: 1000, ok: 3, seconds: 0.3, drainPerS: 166 })).toBe('unknown');
  });

  test('is the generator’s where connections waited for it, or its thread was full', () => {
    expect(limits({ rate: 60_000, ok: 9000, seconds: 1, drainPerS: 9100, turnMs: 3, askMs: 2 })).toBe('generator');
    expect(limits({ rate: 60_000, ok: 9000, seconds: 1, drainPerS: 9100, busy: 0.95 })).toBe('generator');
  });

  test('is nobody’s that could be named where the generator was late by itself', () => {
    const { limitedBy, why } = limitOfQueue({ rate: 60_000, ok: 7225, seconds: 1, drainPerS: 7300, lateP99: 7.39 });
    expect(limitedBy).toBe('unknown');
    expect(why).toMatch(/up to 3500 ms for one of 50 connections, and the generator was up to 7.39 ms late/);
  });
});
