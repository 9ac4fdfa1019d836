import type { BenchResult, BenchStage } from '../../../record/bench-result.ts';
import type { Effect } from '../../../record/effect.ts';
import { LatencyHistogram } from '../../../record/histogram.ts';
import { plain } from '../../plain.ts';
import { apart, foremost } from '../parts.ts';
import { failuresText, loadText } from '../words.ts';

/** What the page of a bench is drawn from: the bench, its histograms made into curves and bars. */
export interface BenchPage {
  bench: Omit<BenchResult, 'stages' | 'effect'>;
  effect: Effect | null;
  stages: StagePage[];
  /** Which of the stages is told first; null where there is none. */
  foremost: number | null;
  /** Of all stages together, each request once. */
  sent: number;
  failed: number;
  /** Latency up to each percentile, by stage: [percentile 0..100, ms]. */
  percentiles: Record<string, [number, number][]>;
  /** Not all stages have a curve: there are that many more. */
  otherStages: number;
}

export interface StagePage {
  name: string;
  load: string;
  rate: number | null;
  /** Of a scenario: what the stage is of it. */
  part: 'before' | 'change' | 'after' | 'step' | null;
  failures: string;
  limit: string;
  summary: Omit<BenchStage['summary'], 'histogram' | 'failures'>;
  rounds: { ratePerS: number; p50: number | null; p99: number | null; failed: number; generatorLimited: boolean }[];
  /** How many answers took from one latency to the next, in ms. */
  bars: { fromMs: number; toMs: number; count: number }[];
}

/** More curves than colours that can be told apart are none. */
const mostCurves = 5;
const barCount = 40;
/** Each nine of the percentiles has so many points. */
const pointsEach = 12;

export function benchPageOf({ stages, effect, ...bench }: BenchResult): BenchPage {
  const named = stages.map((stage) => ({ ...stage, name: stageName(stage, bench.target) }));
  const once = apart(named);
  const first = foremost(named);
  const measured = once.filter(({ summary }) => summary.measured > 0);
  const curves = measured.length <= mostCurves ? measured : evenly(measured, mostCurves);
  const sum = (of: (summary: BenchStage['summary']) => number) =>
    once.reduce((total, { summary }) => total + of(summary), 0);
  return {
    bench,
    effect: effect ?? null,
    stages: named.map(stagePage),
    foremost: first === undefined ? null : named.indexOf(first),
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed, unanswered }) => failed + unanswered),
    percentiles: Object.fromEntries(
      curves.map(({ name, summary }) => [name, curveOf(LatencyHistogram.decode(summary.histogram))]),
    ),
    otherStages: named.filter(({ summary }) => summary.measured > 0).length - curves.length,
  };
}

/** Of A against B the candidate and the baseline. */
function stageName({ name, subject }: BenchStage, target: BenchResult['target']): string {
  if (subject === undefined) return plain(name, 60);
  return subject === 'A' && target.against !== undefined ? 'candidate' : 'baseline';
}

/** The first, the last, and some between. */
function evenly<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))] as T);
}

function stagePage({ name, load, rounds, summary }: BenchStage): StagePage {
  const { histogram, failures, ...told } = summary;
  return {
    name,
    load: loadText(load),
    rate: load.model === 'open' ? load.rate : null,
    part: load.model === 'scenario' ? load.part : null,
    failures: failuresText(failures),
    limit: plain((rounds.find(({ generatorLimited }) => generatorLimited) ?? rounds.at(-1))?.why ?? '', 400),
    summary: told,
    rounds: rounds.map(({ ratePerS, latencyMs, failed, unanswered, generatorLimited }) => ({
      ratePerS,
      p50: latencyMs.p50,
      p99: latencyMs.p99,
      failed: failed + unanswered,
      generatorLimited,
    })),
    bars: summary.measured > 0 ? barsOf(LatencyHistogram.decode(histogram)) : [],
  };
}

/** As far as the answers tell: a percentile needs one beyond it. */
function curveOf(histogram: LatencyHistogram): [number, number][] {
  const curve: [number, number][] = [];
  const last = Math.log10(Math.max(1, histogram.count));
  for (let at = 0; at <= last * pointsEach; at++) {
    const share = 1 - 10 ** (-at / pointsEach);
    const ms = histogram.atShareMs(Math.max(share, 1e-9));
    if (ms !== null) curve.push([share * 100, ms]);
  }
  for (const percentile of [50, 99, 99.9]) {
    const ms = histogram.atShareMs(percentile / 100);
    if (ms !== null && histogram.count * (1 - percentile / 100) >= 1) curve.push([percentile, ms]);
  }
  const most = histogram.atShareMs(1);
  if (most !== null) curve.push([100, most]);
  return curve.sort(([a], [b]) => a - b);
}

/** Bars of equal width on a logarithmic axis: latencies span orders of magnitude. */
function barsOf(histogram: LatencyHistogram): StagePage['bars'] {
  const { min, max } = histogram.latency();
  if (min === null || max === null) return [];
  const from = Math.max(0.001, min);
  const factor = (Math.max(max, from * 1.1) / from) ** (1 / barCount);
  const bars = Array.from({ length: barCount }, (_, i) => ({
    fromMs: from * factor ** i,
    toMs: from * factor ** (i + 1),
    count: 0,
  }));
  for (const { us, count } of histogram.values()) {
    const place = Math.floor(Math.log(Math.max(from, us / 1000) / from) / Math.log(factor));
    const bar = bars[Math.min(barCount - 1, place)];
    if (bar) bar.count += count;
  }
  return bars;
}
