import type { Effect, EffectMeasure, EffectSide, MeasureName } from '../../../record/effect.ts';
import { measureTitles } from '../../../record/effect-names.ts';
import { compareFailures } from './failures.ts';
import { changesOf, type Pair } from './intervals.ts';
import { noiseOf } from './noise.ts';
import { sumOf, type Totals } from './totals.ts';
import { effectVerdict, measureVerdict } from './verdict.ts';
import { measureText, share } from './words.ts';

/**
 * Of each interval. Two measures decide, by two intervals each: where a change is exactly as large as the tolerance, one
 * of these four lies beyond it by chance in 2 of 100 comparisons, and where there is none in far fewer.
 */
export const confidence = 0.99;

export interface EffectSettings {
  /** A change up to this share is none. */
  tolerance: number;
  decides: readonly MeasureName[];
  seed: number;
  baseline: Named;
  candidate: Named;
  /** Why what was measured, but CPU time, is the generator's own speed; null where it is not. */
  generatorLimit: string | null;
}

export type Named = Pick<EffectSide, 'name' | 'processes'>;

export const units: Record<MeasureName, EffectMeasure['unit']> = {
  rate: 'requests/s',
  cpu: 'us',
  p50: 'ms',
  p90: 'ms',
  p99: 'ms',
  p999: 'ms',
};

/** Blocks of both targets, four together: two of each. */
export interface Group {
  baseline: readonly [Totals, Totals];
  candidate: readonly [Totals, Totals];
}

/** What the blocks of a run say; pure, and the same each time. */
export function effectOf(groups: readonly Group[], settings: EffectSettings): Effect {
  const { tolerance, decides, baseline, candidate } = settings;
  const pairs: Pair[] = groups.map((group) => ({
    baseline: sumOf(group.baseline),
    candidate: sumOf(group.candidate),
  }));
  const measures = changesOf(pairs, { confidence, seed: settings.seed }).map((change): EffectMeasure => {
    const { name, samples } = change;
    const limit = name === 'cpu' ? null : settings.generatorLimit;
    // Two targets that are both faster than the generator look the same through it.
    const { typical, overall } = limit === null ? change : { typical: null, overall: null };
    const verdict = measureVerdict({ name, typical, overall }, tolerance);
    const inUnit = (value: number | null) => (value === null || units[name] !== 'ms' ? value : value / 1000);
    return {
      name,
      unit: units[name],
      decides: decides.includes(name),
      baseline: inUnit(change.baseline),
      candidate: inUnit(change.candidate),
      typical,
      overall,
      samples,
      verdict,
      message:
        limit === null
          ? measureText({ name, typical, overall, verdict }, tolerance)
          : `${measureTitles[name]}: nothing is said, as the limit was ${limit}.`,
    };
  });
  const failures = compareFailures(pairs, confidence);
  const verdict = effectVerdict(measures, failures.verdict, tolerance);
  const noise = noiseOf(groups.flatMap((group) => [group.baseline, group.candidate]));
  const sides = {
    baseline: sideOf(
      baseline,
      pairs.map((pair) => pair.baseline),
    ),
    candidate: sideOf(
      candidate,
      pairs.map((pair) => pair.candidate),
    ),
  };
  const effect = { verdict, tolerance, confidence, ...sides, measures, failures, noise };
  const toConclude = toConcludeOf(effect, groups.length, settings.generatorLimit !== null);
  return { ...effect, reasons: reasonsOf(effect), toConclude, method };
}

const method = [
  'Blocks of both targets in turn, in groups A B B A or B A A B as the seed draws; the two blocks of each target in a group are one sample.',
  'Typical block: the median of pairwise means of the log ratios (Hodges and Lehmann 1963), bounded by the signed-rank test.',
  'Over all: the ratio of totals, bounded by a bootstrap over groups (expanded percentile interval, Hesterberg 2015).',
  'A measure is worse where one of its intervals lies beyond the tolerance, the same where both lie within it.',
];

function sideOf(named: Named, totals: readonly Totals[]): EffectSide {
  const { sent, ok, failed } = sumOf(totals);
  return { ...named, sent, ok, failed };
}

type Judged = Omit<Effect, 'reasons' | 'toConclude' | 'method'>;

/** What decided comes first. */
function reasonsOf({ verdict, measures, failures, baseline, candidate }: Judged): string[] {
  const failed = (side: EffectSide) => `${side.failed.toLocaleString('en-US')} of ${side.sent.toLocaleString('en-US')}`;
  const failureText = `Of the candidate's requests ${failed(candidate)} failed, of the baseline's ${failed(baseline)}`;
  const ofFailures = {
    worse: [`${failureText}: more, and in more blocks than chance would have it.`],
    better: [`${failureText}: fewer, and in fewer blocks than chance would have it.`],
    'cannot tell': [`${failureText}: too few blocks to tell whether that is chance.`],
    same: candidate.failed + baseline.failed > 0 ? [`${failureText}: no difference that chance does not make.`] : [],
  }[failures.verdict];
  const deciding = measures.filter(({ decides }) => decides);
  const first = (each: { verdict: string }) => (each.verdict === verdict ? 0 : 1);
  const told = [
    ...ofFailures.map((message) => ({ verdict: failures.verdict as string, message })),
    ...deciding,
  ].toSorted((a, b) => first(a) - first(b));
  return told.map(({ message }) => message);
}

/** How many times as long it would have to take at most, for it to be worth saying. */
const longestTimes = 30;

/** Of what cannot be told: how noisy it was, and what that needs. */
function toConcludeOf(
  { verdict, tolerance, measures, noise, failures }: Judged,
  groups: number,
  generatorLimit: boolean,
): string[] {
  if (verdict !== 'cannot tell') return [];
  const help: string[] = failures.verdict === 'cannot tell' ? ['find out why requests failed'] : [];
  if (generatorLimit) return [...help, 'let the generator have less to do: fewer connections, or more --threads'];
  for (const { name, decides, typical, overall, verdict: own } of measures) {
    if (!decides || own !== 'cannot tell') continue;
    const widest = [typical, overall].reduce(
      (most, change) => Math.max(most, change ? change.high - change.low : 0),
      0,
    );
    if (typical === null || overall === null || widest === 0) {
      help.push(`${measureTitles[name]}: give it more time, ${groups} groups of blocks are too few`);
      continue;
    }
    // An interval as wide as the tolerance on one side lies within it, where nothing changed.
    const times = (widest / 2 / (0.7 * tolerance)) ** 2;
    const apart = noise[name];
    const noisy = apart === undefined ? '' : `two blocks of the same target are ${share(apart)} apart here, `;
    if (times <= 1.2)
      help.push(
        `${measureTitles[name]}: the change is about as large as the tolerance, more time or another --tolerance tells`,
      );
    else if (times <= longestTimes)
      help.push(`${measureTitles[name]}: ${noisy}about ${Math.ceil(times)} times as long would do`);
    else
      help.push(
        `${measureTitles[name]}: ${noisy}this machine is too noisy for a tolerance of ${share(tolerance)}; a quieter one, or a larger --tolerance`,
      );
  }
  return help;
}
