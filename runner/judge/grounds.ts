import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { CheckOutcome, LaneTrafficResult } from '../../record/result.ts';
import { duration, list } from '../check/phrases.ts';
import { blindLanes, unseenPlatform } from '../check/stretch.ts';
import { unwatchedTerminations } from '../check/terminations.ts';

/** One thing that speaks against `pass`; where nobody can tell, with what would let somebody. */
export type Ground =
  | { verdict: 'fail' | 'error'; reason: string }
  | { verdict: 'inconclusive'; reason: string; toConclude: string };

const toConclude = {
  end: 'let the run come to its end',
  moreTraffic: 'give the steps more time (hold) or the lane a higher rate',
  moreLimits: 'raise the limits of this machine (ulimit -n, local ports) or lower the rate',
  quietMachine: 'run on a machine with less else to do, or lower the rate',
  watched: 'see that the connection to the platform lasts for the whole run',
  longerTimeout: 'give the step a longer timeout than the grace of its replicas',
} as const;

export interface Observed {
  facts: RunFacts;
  traffic: readonly LaneTrafficResult[];
  /** Steps during which nothing was sent. */
  unseen: readonly StepFacts[];
  checks: readonly CheckOutcome[];
  /** What cannot be true of a sound record. */
  contradictions: readonly string[];
  /** The record was closed properly. */
  ended: boolean;
}

/** Everything that speaks against `pass`, of what is equally bad the root first. A run without any has passed. */
export function groundsAgainst(observed: Observed): Ground[] {
  const { facts, traffic } = observed;
  // Where the app was never there, that is what is to be told, and not what could not be seen without it.
  const broken = facts.steps.flatMap(ofStep).filter(({ verdict }) => verdict !== 'inconclusive');
  if (broken.length > 0 && traffic.every(({ planned }) => planned === 0)) return [...ofErrors(facts), ...broken];
  return withReasonToGoBack(facts, [
    ...ofErrors(facts),
    ...ofRecord(observed),
    ...ofSilence(traffic),
    ...observed.unseen.map(ofUnseen),
    ...ofBlindness(facts),
    ...ofTerminations(facts),
    ...ofSilencedChecks(observed.checks),
    ...observed.checks.flatMap(ofCheck),
    // How the way back went is told apart.
    ...facts.steps.filter(({ rollback }) => rollback !== true).flatMap(ofStep),
  ]);
}

/** What was a reason to go back stays one, however much good came after. */
function withReasonToGoBack({ rollback }: RunFacts, grounds: Ground[]): Ground[] {
  const reason = rollback?.because[0];
  if (reason === undefined || grounds.some(({ verdict }) => verdict === 'fail')) return grounds;
  return [...grounds, { verdict: 'fail', reason }];
}

function ofErrors({ errors }: RunFacts): Ground[] {
  return errors.map((reason) => ({ verdict: 'error', reason }));
}

function ofRecord({ facts, contradictions, ended }: Observed): Ground[] {
  const grounds: Ground[] = contradictions.map((reason) => ({ verdict: 'error', reason }));
  if (facts.complete && !ended)
    grounds.push({
      verdict: 'error',
      reason: 'The record of attempts stops short though the run came to its end: what is missing may hold failures.',
    });
  if (!facts.complete)
    grounds.push({
      verdict: 'inconclusive',
      reason: 'The run was ended before its steps were done, so what was seen up to there proves nothing.',
      toConclude: toConclude.end,
    });
  return grounds;
}

function ofCheck({ name, asked, verdict, message, hint }: CheckOutcome): Ground[] {
  if (!asked || verdict === 'pass' || verdict === 'warn' || verdict === 'not-applicable') return [];
  if (verdict !== 'inconclusive') return [{ verdict, reason: message }];
  // A check of a scenario's own may say no more.
  return [{ verdict, reason: message, toConclude: hint ?? `give ${name} what it says that it lacks` }];
}

/** Levels can take every check out of the verdict; what is left is not a pass. */
function ofSilencedChecks(checks: readonly CheckOutcome[]): Ground[] {
  if (checks.some(({ asked }) => asked)) return [];
  const reason = 'No check decides: each that was asked for is off or only warns.';
  return [{ verdict: 'inconclusive', reason, toConclude: 'set the level of one check at least to error' }];
}

const stepWords = { fail: 'failed', error: 'could not be done', inconclusive: 'is in doubt' };

function ofStep(step: StepFacts): Ground[] {
  if (step.verdict !== 'pass') {
    const why = step.message === undefined ? '.' : `: ${step.message}`;
    const reason = `Step "${step.name}" ${stepWords[step.verdict]}${why}`;
    if (step.verdict !== 'inconclusive') return [{ verdict: step.verdict, reason }];
    return [{ verdict: step.verdict, reason, toConclude: step.hint ?? toConclude.end }];
  }
  if (step.terminationsWatched !== false) return [];
  return [
    {
      verdict: 'inconclusive',
      reason: `Step "${step.name}" ended before every old replica was seen to exit: requests could have been lost after it.`,
      toConclude: toConclude.longerTimeout,
    },
  ];
}

/** A run without traffic must never pass, nor must a lane that had something to send and could not. */
function ofSilence(traffic: readonly LaneTrafficResult[]): Ground[] {
  if (traffic.every(({ planned }) => planned === 0))
    return [
      {
        verdict: 'inconclusive',
        reason: 'No request was sent at all, so nothing was proved.',
        toConclude: toConclude.moreTraffic,
      },
    ];
  return traffic
    .filter(({ sent }) => sent === 0)
    .map(({ lane, unsent }) => ({
      verdict: 'inconclusive',
      reason:
        unsent === 0
          ? `Lane ${lane} sent no request, so nothing is known of it.`
          : `This machine refused to send any of the ${unsent} requests of lane ${lane}, so nothing is known of it.`,
      toConclude: unsent === 0 ? toConclude.moreTraffic : toConclude.moreLimits,
    }));
}

/** Steps say so of their own replicas; any other may go too, and a step may be wrong. */
function ofTerminations(facts: RunFacts): Ground[] {
  const pods = facts.complete ? unwatchedTerminations(facts).map(({ pod }) => pod) : [];
  if (pods.length === 0) return [];
  return [
    {
      verdict: 'inconclusive',
      reason: `Traffic ended while ${list(pods)} ${pods.length === 1 ? 'was' : 'were'} still on the way out: requests could have been lost after it.`,
      toConclude: 'hold until they have exited',
    },
  ];
}

function ofUnseen({ name }: StepFacts): Ground {
  return {
    verdict: 'inconclusive',
    reason: `No request was sent during the step "${name}", so what it did was not seen.`,
    toConclude: 'let the lanes send for longer than the steps before it take',
  };
}

function ofBlindness(facts: RunFacts): Ground[] {
  const blind = blindLanes(facts, null);
  return [
    ...blindReasons(
      blind.filter(({ refused }) => refused),
      'this machine refused to open connections, and what happened then was not seen.',
      toConclude.moreLimits,
    ),
    ...blindReasons(
      blind.filter(({ refused }) => !refused),
      'this machine was busy with something else, and what happened then was not seen.',
      toConclude.quietMachine,
    ),
    ...ofUnseenEnd(facts),
  ];
}

/**
 * What each check needs to know of the platform is its own to say. But whatever decides, a replica that is told to go
 * unseen may lose requests after the last one was sent.
 */
function ofUnseenEnd(facts: RunFacts): Ground[] {
  const { trafficToUs } = facts;
  const end = unseenPlatform(facts, ['pods']).find(({ fromUs, toUs }) => fromUs <= trafficToUs && trafficToUs <= toUs);
  if (end === undefined) return [];
  return [
    {
      verdict: 'inconclusive',
      reason: `The platform could not be watched for ${duration((end.toUs - end.fromUs) / 1000)} around the end of traffic: whether replicas were on their way out then is not known.`,
      toConclude: toConclude.watched,
    },
  ];
}

/** A machine that is too busy is so again and again: one sentence for each that was blind. */
function blindReasons<T extends { fromUs: number; toUs: number; lane: string }>(
  stretches: readonly T[],
  so: string,
  conclude: string,
): Ground[] {
  return [...Map.groupBy(stretches, ({ lane }) => lane)].map(([lane, own]) => {
    const lengthsMs = own.map(({ fromUs, toUs }) => (toUs - fromUs) / 1000);
    const sum = duration(lengthsMs.reduce((a, b) => a + b, 0));
    const times = own.length === 1 ? '' : ` in ${own.length} stretches of up to ${duration(Math.max(...lengthsMs))}`;
    const reason = `Lane ${lane} could send nothing for ${sum}${times}: ${so}`;
    return { verdict: 'inconclusive' as const, reason, toConclude: conclude };
  });
}
