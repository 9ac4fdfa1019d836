import type { BenchResult, BenchRound, BenchStage } from '../../../record/bench-result.ts';
import type { Effect, EffectMeasure, EffectSide, EffectVerdict, MeasureName } from '../../../record/effect.ts';
import { measureTitles } from '../../../record/effect-names.ts';
import { benchesDiffering } from './differing.ts';
import { confidence, units } from './effect.ts';
import { failureVerdict } from './failures.ts';
import { asChange } from './intervals.ts';
import { rankSumChance, rankSumInterval } from './rank-sum.ts';
import { effectVerdict, measureVerdict } from './verdict.ts';
import { mean, welchInterval } from './welch.ts';
import { measureText, ofText, share } from './words.ts';

/** A kept run, and what to call it: its folder. */
export interface Kept<T> {
  name: string;
  result: T;
}

/** Of each side, for bounds of 99 % that do not ask for a normal distribution. */
const leastRounds = 5;

/**
 * How the candidate's rounds differ from the baseline's, stage by stage. Two runs were not made side by side: what the
 * machine did between them is in the difference too, so it is judged only where their environments match. Pure.
 */
export function compareBenches(baseline: Kept<BenchResult>, candidate: Kept<BenchResult>, tolerance: number): Effect {
  const differs = benchesDiffering(baseline.result, candidate.result);
  const stages = baseline.result.stages.flatMap((stage) => {
    const same = candidate.result.stages.find(({ name, subject }) => name === stage.name && subject === stage.subject);
    return same === undefined ? [] : [{ baseline: stage, candidate: same }];
  });
  const measures = stages.flatMap((pair) => measuresOf(pair.baseline, pair.candidate, tolerance));
  const failures = compareFailures(stages);
  const verdict = differs.length > 0 ? 'cannot tell' : effectVerdict(measures, failures.verdict, tolerance);
  const sides = { baseline: sideOf(baseline), candidate: sideOf(candidate) };
  const rounds = Math.min(...stages.flatMap((pair) => [pair.baseline.rounds.length, pair.candidate.rounds.length]));
  return {
    verdict,
    reasons:
      differs.length > 0
        ? [`The runs were not made alike: ${differs.join(' ')}`]
        : reasonsOf(verdict, measures, failures.verdict, sides),
    toConclude: toConcludeOf(verdict, differs, rounds, tolerance, measures),
    tolerance,
    confidence,
    method,
    ...sides,
    measures,
    failures,
    noise: noiseOf(stages.map((pair) => pair.baseline)),
    ...(differs.length > 0 && { differing: differs }),
  };
}

const method = [
  'Rounds are the samples; those of the two runs are no pairs.',
  'Typical round: the median of all differences of logarithms (Hodges and Lehmann), bounded by the rank-sum test.',
  "Over all: the ratio of geometric means, bounded by Student's t for unlike spreads (Welch 1947).",
  'What a machine or a process did throughout one of the runs cannot be told from the change: only bench --against takes turns.',
];

/** Of a round. */
const values: Record<MeasureName, (round: BenchRound) => number | null> = {
  rate: ({ ratePerS }) => ratePerS,
  cpu: ({ serverCpuMs, sent }) => (serverCpuMs === undefined || sent === 0 ? null : (serverCpuMs * 1000) / sent),
  p50: ({ latencyMs }) => latencyMs.p50,
  p90: ({ latencyMs }) => latencyMs.p90,
  p99: ({ latencyMs }) => latencyMs.p99,
  p999: ({ latencyMs }) => latencyMs.p999,
};

function measuresOf(baseline: BenchStage, candidate: BenchStage, tolerance: number): EffectMeasure[] {
  const { model } = baseline.load;
  const decides: readonly MeasureName[] = model === 'closed' ? ['rate', 'cpu'] : ['p50', 'p99', 'cpu'];
  const limited = [baseline, candidate].some(({ summary }) => summary.generatorLimited);
  return (Object.keys(values) as MeasureName[]).flatMap((name): EffectMeasure[] => {
    const [before, after] = [baseline, candidate].map(({ rounds }) =>
      rounds.map(values[name]).filter((each) => each !== null),
    );
    if (before === undefined || after === undefined || before.length === 0 || after.length === 0) return [];
    const of = baseline.subject === undefined ? baseline.name : `${baseline.name} ${baseline.subject}`;
    const blind = limited && name !== 'cpu';
    const [first, second] = [before.map(Math.log), after.map(Math.log)];
    const known = !blind && [...first, ...second].every(Number.isFinite);
    const typical = known ? asChange(rankSumInterval(first, second, confidence)) : null;
    const overall = known ? asChange(welchInterval(first, second, confidence)) : null;
    const verdict = measureVerdict({ name, typical, overall }, tolerance);
    return [
      {
        name,
        of,
        unit: units[name],
        decides: decides.includes(name),
        baseline: mean(before),
        candidate: mean(after),
        typical,
        overall,
        samples: Math.min(before.length, after.length),
        verdict,
        message: blind
          ? `${measureTitles[name]}${ofText(of)}: nothing is said, as the generator was the limit.`
          : measureText({ name, of, typical, overall, verdict }, tolerance, 'round'),
      },
    ];
  });
}

interface StagePair {
  baseline: BenchStage;
  candidate: BenchStage;
}

/** By round, as failures come in bursts; the worst stage counts. */
function compareFailures(stages: readonly StagePair[]): Effect['failures'] {
  const lost = ({ sent, failed, unanswered }: BenchRound | BenchStage['summary']) =>
    sent === 0 ? 0 : (failed + unanswered) / sent;
  const each = stages.map(({ baseline, candidate }): Effect['failures'] => {
    const chance = rankSumChance(baseline.rounds.map(lost), candidate.rounds.map(lost));
    const difference = lost(candidate.summary) - lost(baseline.summary);
    return { verdict: failureVerdict({ chance, isMore: difference > 0, difference }, confidence), chance };
  });
  const order: readonly EffectVerdict[] = ['worse', 'cannot tell', 'better', 'same'];
  const found = order.map((verdict) => each.find((one) => one.verdict === verdict)).find((one) => one !== undefined);
  return found ?? { verdict: 'cannot tell', chance: 1 };
}

function sideOf({ name, result }: Kept<BenchResult>): EffectSide {
  const sum = (of: (summary: BenchStage['summary']) => number) =>
    result.stages.reduce((total, { summary }) => total + of(summary), 0);
  return {
    name,
    sent: sum(({ sent }) => sent),
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed, unanswered }) => failed + unanswered),
  };
}

function reasonsOf(
  verdict: EffectVerdict,
  measures: readonly EffectMeasure[],
  failures: EffectVerdict,
  { baseline, candidate }: Pick<Effect, 'baseline' | 'candidate'>,
): string[] {
  const failed = `Of the candidate's requests ${candidate.failed} of ${candidate.sent} failed, of the baseline's ${baseline.failed} of ${baseline.sent}.`;
  const deciding = measures.filter(({ decides }) => decides);
  const first = deciding.toSorted((a, b) => Number(b.verdict === verdict) - Number(a.verdict === verdict));
  return [...(failures === 'same' ? [] : [failed]), ...first.map(({ message }) => message)];
}

function toConcludeOf(
  verdict: EffectVerdict,
  differs: readonly string[],
  rounds: number,
  tolerance: number,
  measures: readonly EffectMeasure[],
): string[] {
  if (verdict !== 'cannot tell') return [];
  if (differs.length > 0)
    return [
      'make both runs on the same machine, with the same stages',
      'or hold the live targets against each other: hitless bench URL --against URL',
    ];
  if (measures.length === 0) return ['give two runs that have a stage in common'];
  if (rounds < leastRounds) return [`make both with --rounds ${leastRounds} or more`];
  return [
    `more rounds, a quieter machine, or a tolerance above ${share(tolerance)}`,
    'or take turns: hitless bench URL --against URL',
  ];
}

/** How far the rounds of a run lie apart: the deviation of their logarithms. */
function noiseOf(stages: readonly BenchStage[]): Effect['noise'] {
  const noise: Effect['noise'] = {};
  for (const { rounds } of stages)
    for (const name of Object.keys(values) as MeasureName[]) {
      const logs = rounds.map(values[name]).flatMap((each) => (each === null || each <= 0 ? [] : [Math.log(each)]));
      if (logs.length < 2) continue;
      const middle = mean(logs);
      const deviation = Math.sqrt(logs.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (logs.length - 1));
      noise[name] = Math.max(noise[name] ?? 0, Math.expm1(deviation));
    }
  return noise;
}
