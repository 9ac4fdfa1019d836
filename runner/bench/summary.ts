import {
  type BenchLatency,
  type BenchRound,
  type BenchSpread,
  type BenchStage,
  benchPercentiles,
} from '../../record/bench-result.ts';
import { LatencyHistogram } from '../../record/histogram.ts';
import { kindOf } from './figures.ts';
import { estimateOf } from './interval.ts';

type Summary = BenchStage['summary'];

/** What the rounds of a stage say together. */
export function summaryOf(rounds: readonly BenchRound[]): Summary {
  const sum = (of: (round: BenchRound) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const names = ['mean', ...Object.keys(benchPercentiles), 'max'] as (keyof BenchLatency)[];
  const latencyMs = Object.fromEntries(
    names.flatMap((name) => {
      const values = rounds.map((round) => round.latencyMs[name]);
      const estimate = values.includes(null) ? null : estimateOf(values as number[]);
      return estimate === null ? [] : [[name, estimate]];
    }),
  );
  const all = merged(rounds);
  return {
    planned: sum(({ planned }) => planned),
    sent: sum(({ sent }) => sent),
    unsent: sum(({ unsent }) => unsent),
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed }) => failed),
    unanswered: sum(({ unanswered }) => unanswered),
    failures: failuresOf(rounds),
    measured: sum(({ measured }) => measured),
    ratePerS: estimateOf(rounds.map(({ ratePerS }) => ratePerS)),
    latencyMs,
    allLatencyMs: { ...all.latency(), ...exact(rounds) },
    lateMs: worstOf(rounds.map(({ lateMs }) => lateMs)),
    histogram: all.encode(),
    generatorLimited: rounds.some(({ generatorLimited }) => generatorLimited),
  };
}

function merged(rounds: readonly BenchRound[]): LatencyHistogram {
  const all = new LatencyHistogram();
  for (const { measured, histogram } of rounds) if (measured > 0) all.merge(LatencyHistogram.decode(histogram));
  return all;
}

/** What a histogram that was written out knows to three digits alone. */
function exact(rounds: readonly BenchRound[]): Pick<BenchLatency, 'min' | 'mean' | 'max'> {
  const some = rounds.filter(({ measured }) => measured > 0);
  if (some.length === 0) return { min: null, mean: null, max: null };
  const count = some.reduce((total, { measured }) => total + measured, 0);
  return {
    min: Math.min(...some.map(({ latencyMs }) => latencyMs.min ?? Number.POSITIVE_INFINITY)),
    mean: some.reduce((total, { measured, latencyMs }) => total + measured * (latencyMs.mean ?? 0), 0) / count,
    max: Math.max(...some.map(({ latencyMs }) => latencyMs.max ?? 0)),
  };
}

function failuresOf(rounds: readonly BenchRound[]): BenchRound['failures'] {
  const kinds = Map.groupBy(
    rounds.flatMap(({ failures }) => failures),
    kindOf,
  );
  const all = [...kinds.values()].map((same) => ({
    ...(same[0] as BenchRound['failures'][number]),
    count: same.reduce((total, { count }) => total + count, 0),
  }));
  return all.sort((a, b) => b.count - a.count);
}

/** Of each figure that of the round in which it was the worst. */
function worstOf(spreads: readonly BenchSpread[]): BenchSpread {
  const worst = (name: keyof BenchSpread) => {
    const values = spreads.map((spread) => spread[name]).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  };
  return { p50: worst('p50'), p99: worst('p99'), max: worst('max') };
}
