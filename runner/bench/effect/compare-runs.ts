import type { Effect, EffectMeasure, EffectSide, EffectVerdict } from '../../../record/effect.ts';
import { measureTitles } from '../../../record/effect-names.ts';
import type { Result } from '../../../record/result.ts';
import type { Kept } from './compare.ts';
import { runsDiffering } from './differing.ts';
import { confidence } from './effect.ts';
import { median } from './signed-rank.ts';

/**
 * Two runs of `run` or `verify`: what is judged is their verdict. Latency is shown by lane and by step beside each other, but
 * a run is one sample of it, and one says nothing of how far two that are alike lie apart. Pure.
 */
export function compareRuns(baseline: Kept<Result>, candidate: Kept<Result>, tolerance: number): Effect {
  const differs = runsDiffering(baseline.result, candidate.result);
  const { verdict, reason } = judged(baseline.result, candidate.result);
  const telling = differs.length > 0 ? 'cannot tell' : verdict;
  return {
    verdict: telling,
    reasons: differs.length > 0 ? [`The runs were not made alike: ${differs.join(' ')}`, reason] : [reason],
    toConclude:
      telling !== 'cannot tell'
        ? []
        : [differs.length > 0 ? 'make both runs on the same machine and target' : 'make both runs conclusive'],
    tolerance,
    confidence,
    method: [
      'The verdicts of the two runs are judged. Latency is shown: one run is one sample, and no interval can be made of it.',
    ],
    baseline: sideOf(baseline),
    candidate: sideOf(candidate),
    measures: [...byLane(baseline.result, candidate.result), ...byStep(baseline.result, candidate.result)],
    failures: { verdict: telling, chance: 1 },
    noise: {},
    ...(differs.length > 0 && { differing: differs }),
  };
}

function judged(baseline: Result, candidate: Result): { verdict: EffectVerdict; reason: string } {
  const [before, after] = [baseline.verdict, candidate.verdict];
  const both = `The baseline's verdict is ${before}, the candidate's ${after}`;
  if (before === 'pass' && after === 'pass')
    return { verdict: 'same', reason: `${both}: both hold what they promise. Latency is shown, not judged.` };
  if (before === 'pass' && after === 'fail')
    return { verdict: 'worse', reason: `${both}: ${candidate.reasons[0] ?? 'no reason is given'}` };
  if (before === 'fail' && after === 'pass') return { verdict: 'better', reason: `${both}.` };
  const what =
    before === 'fail' && after === 'fail' ? 'which of two that fail is the worse is not judged' : 'that tells nothing';
  return { verdict: 'cannot tell', reason: `${both}: ${what}.` };
}

function sideOf({ name, result }: Kept<Result>): EffectSide {
  const sum = (of: (lane: Result['traffic'][number]) => number) =>
    result.traffic.reduce((total, lane) => total + of(lane), 0);
  return {
    name,
    sent: sum(({ sent }) => sent),
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed, unanswered }) => failed + unanswered),
  };
}

const told = ['p50', 'p99'] as const;
type Told = (typeof told)[number];

function byLane(baseline: Result, candidate: Result): EffectMeasure[] {
  return baseline.traffic.flatMap((lane) => {
    const same = candidate.traffic.find((other) => other.lane === lane.lane);
    return same === undefined
      ? []
      : told.map((name) => shown(name, `lane ${lane.lane}`, lane.latencyMs[name], same.latencyMs[name]));
  });
}

/** Of each step that both have, by the middle one of the intervals of its series. Steps of one name are told by their order. */
function byStep(baseline: Result, candidate: Result): EffectMeasure[] {
  return baseline.steps.flatMap((step, index) => {
    const before = baseline.steps.slice(0, index).filter(({ name }) => name === step.name).length;
    const same = candidate.steps.filter(({ name }) => name === step.name)[before];
    return same === undefined
      ? []
      : told.map((name) =>
          shown(name, `step ${index + 1}. ${step.name}`, within(baseline, step, name), within(candidate, same, name)),
        );
  });
}

function within({ series }: Result, { fromMs, toMs }: Result['steps'][number], name: Told): number | null {
  const values = series.latency[name]
    .filter((_, index) => {
      const middle = series.fromMs + (index + 0.5) * series.stepMs;
      return middle >= fromMs && middle < toMs;
    })
    .filter((ms) => ms !== null)
    .sort((a, b) => a - b);
  return values.length === 0 ? null : median(values);
}

function shown(name: Told, of: string, baseline: number | null, candidate: number | null): EffectMeasure {
  return {
    name,
    of,
    unit: 'ms',
    decides: false,
    baseline,
    candidate,
    typical: null,
    overall: null,
    samples: 1,
    verdict: 'cannot tell',
    message: `${measureTitles[name]} of ${of}: shown, one run is one sample.`,
  };
}
