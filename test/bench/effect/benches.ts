import type { BenchResult, BenchRound } from '../../../record/bench-result.ts';
import { LatencyHistogram } from '../../../record/histogram.ts';
import { summaryOf } from '../../../runner/bench/summary.ts';

export interface Made {
  /** Of each round. */
  rates: readonly number[];
  environment?: Record<string, string | number>;
  stage?: string;
  url?: string;
  complete?: boolean;
  generatorLimited?: boolean;
  /** In each round. */
  failed?: number;
  startedAt?: string;
}

/** A bench as it would have been kept, of a closed loop on 10 connections. */
export function benchOf(made: Made): BenchResult {
  const { rates, environment = {}, stage = 'closed-10', url = 'http://localhost:1/', complete = true } = made;
  const load = { model: 'closed', connections: 10 } as const;
  const rounds = rates.map((rate, index) => roundOf(rate, index, made));
  return {
    schema: 'hitless/bench@1',
    complete,
    verdict: 'pass',
    reasons: [],
    notes: [],
    kind: 'url',
    target: { url, method: 'GET' },
    startedAt: made.startedAt ?? '2026-11-30T12:00:00.000Z',
    durationMs: 10_000 * rates.length,
    seed: 1,
    command: ['bench', url],
    engine: 'builtin',
    plan: { stages: [{ name: stage, load, seconds: 10 }], rounds: rates.length, warmUp: 'auto', objectives: [] },
    stages: [{ name: stage, load, rounds, summary: summaryOf(rounds) }],
    objectives: [],
    noise: { before: null, idle: null, steal: null },
    environment: { cpu: 'some CPU', cores: 2, kernel: '6.1', node: 'v24', hitless: '0.1.0', ...environment },
  };
}

function roundOf(rate: number, index: number, { generatorLimited = false, failed = 0 }: Made): BenchRound {
  const histogram = new LatencyHistogram();
  const meanUs = 1e7 / rate;
  for (let i = 1; i <= 200; i++) histogram.add(Math.round(meanUs * (0.5 + i / 200)));
  const ok = Math.round(rate * 10);
  const none = { p50: 0, p99: 0, max: 0 };
  return {
    round: index + 1,
    fromMs: index * 10_000,
    toMs: (index + 1) * 10_000,
    warmUpMs: 0,
    warmUpFound: true,
    planned: ok + failed,
    sent: ok + failed,
    unsent: 0,
    ok,
    failed,
    unanswered: 0,
    failures: failed > 0 ? [{ outcome: 'reset', phase: 'headers', detail: null, count: failed }] : [],
    measured: 200,
    ratePerS: rate,
    latencyMs: histogram.latency(),
    lateMs: none,
    waitMs: none,
    bytes: ok * 100,
    histogram: histogram.encode(),
    limitedBy: generatorLimited ? 'generator' : 'server',
    generatorLimited,
    why: generatorLimited ? 'the generator: its thread was busy' : 'the server',
    machine: { idle: 0.3, steal: 0, threadBusy: 0.5, threadWaited: 0.1, threads: 1 },
  };
}
