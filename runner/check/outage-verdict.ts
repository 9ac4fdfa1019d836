import type { RunFacts } from '../../record/facts.ts';
import { outagesToTell } from '../../record/outages.ts';
import type { OutageResult } from '../../record/result.ts';
import type { Finding } from './check.ts';
import { type OwnLimit, ownLimitDoubt } from './generator-limit.ts';
import { count, duration, list, moment, onLane } from './phrases.ts';
import { type Starvation, starvedHint } from './starved.ts';
import { blindDoubt, blindLanes, overlap } from './stretch.ts';

/** So many are shown, the longest ones; the verdict knows all. */
const shownOutages = 1000;

export interface MaxOutageOptions {
  ms?: number;
  share?: number;
  windowMs?: number;
  failedBefore?: 'judge' | 'leave';
  ordinaryPercent?: number;
}

/** What the passes over the record found, beside the outages. */
export interface Context {
  options: MaxOutageOptions;
  facts: RunFacts;
  lane: string | null;
  control: ReadonlySet<string>;
  starvation: Starvation;
  /** Requests that ran out of time while this machine was starved. */
  starved: number;
  /** Lanes on which the generator itself was the limit of what found no connection. */
  limits: Map<string, OwnLimit>;
  /** Lost requests that the way there lost. */
  pathFailures: number;
  /** Lanes of which single failures are, or may be, ordinary: left to another check. */
  left: string[];
  /** By lane: when the last of its requests was to be sent, or was. Later than that nothing could be out. */
  lastPlannedUs: Map<string, number>;
}

/** What is said of the outages that were found, by lane `judged` so many requests. */
export function conclude(all: readonly OutageResult[], judged: Map<string, number>, context: Context): Finding {
  const boundMs = context.options.ms ?? 0;
  const byLength = [...all].sort((a, b) => b.ms - a.ms);
  // Of two that are equally long the one that is told: the reports count and list the same.
  const told = outagesToTell(byLength);
  const longest = told[0];
  const outages = byLength.slice(0, shownOutages).sort((a, b) => a.fromMs - b.fromMs);
  const finding = {
    expected: { ms: boundMs },
    actual: { ms: longest?.ms ?? 0, outages: told.length, longest: longest ?? null },
    outages,
  };
  const where = onLane(context.lane);
  const isTooLong = (outage: OutageResult) => boundMs === 0 || seenMs(outage, context) > boundMs;
  const isJudged = ({ lane }: OutageResult) => !context.left.includes(lane);
  const tooLong = told.filter(isJudged).find(isTooLong) ?? byLength.filter(isJudged).find(isTooLong);
  if (tooLong !== undefined) return { ...finding, verdict: 'fail', message: describe(tooLong, told.length, boundMs) };
  const doubt = doubts(judged, context);
  if (doubt !== null) return { ...finding, verdict: 'inconclusive', ...doubt };
  const total = [...judged.values()].reduce((a, b) => a + b, 0);
  const left = context.left.length;
  const message =
    left > 0
      ? `Single failures are, or may be, ordinary on lane ${list(context.left)}: what ${left === 1 ? 'it' : 'they'} lost is for no-new-failures to judge${judged.size > left ? '; no other lane was out' : ''}.`
      : longest === undefined
        ? `No outage${where} in ${count(total, 'request')}.`
        : `The longest outage${where} was about ${duration(longest.ms)}, within the ${duration(boundMs)} that are allowed.`;
  return { ...finding, verdict: 'pass', message };
}

/** Its estimate without the time in which the lane could not send: that may not have been an outage. */
function seenMs(outage: OutageResult, { facts, lastPlannedUs }: Context): number {
  const zeroUs = facts.trafficFromUs;
  const bracket = {
    fromUs: zeroUs + outage.fromMs * 1000,
    toUs: outage.toMs === null ? (lastPlannedUs.get(outage.lane) ?? 0) : zeroUs + outage.toMs * 1000,
  };
  return blindLanes(facts, outage.lane).reduce((ms, blind) => {
    const shared = overlap(bracket, blind);
    return shared === null ? ms : ms - (shared.toUs - shared.fromUs) / 1000;
  }, outage.ms);
}

function describe(outage: OutageResult, number: number, boundMs: number): string {
  const { lane, fromMs, toMs, ms, failures } = outage;
  const what =
    outage.kind === 'total'
      ? failures === 1
        ? `one request failed, no other got through in between`
        : `${failures} requests in a row failed`
      : `${failures} requests failed among others that did not`;
  const when =
    toMs === null
      ? `from ${moment(fromMs)} until the end of the run`
      : `between ${moment(fromMs)} and ${moment(toMs)} of the run`;
  const allowed = boundMs === 0 ? 'none is allowed' : `at most ${duration(boundMs)} is allowed`;
  const more = number > 1 ? ` (the longest of ${number} outages)` : '';
  const kind = outage.kind === 'total' ? 'was out' : 'was partly out';
  return `Lane ${lane} ${kind} for about ${duration(ms)} ${when}${more}: ${what}; ${allowed}.`;
}

function doubts(
  judged: Map<string, number>,
  { facts, lane, pathFailures, starved, limits }: Context,
): { message: string; hint: string } | null {
  if (pathFailures > 0)
    return {
      message: `The way to the control lane's server failed too when ${count(pathFailures, 'request')} failed: whether the app was out is not known.`,
      hint: 'run again when the way there holds',
    };
  if (starved > 0)
    return {
      message: `${count(starved, 'request')} ran out of time while this machine gave ordinary processes no processor: whether the app was out is not known.`,
      hint: starvedHint,
    };
  const limited = ownLimitDoubt(limits);
  if (limited !== null) return limited;
  const silent = [...judged].filter(([, number]) => number === 0).map(([name]) => name);
  if (judged.size === 0 || silent.length > 0)
    return {
      message: `No request came to an end on lane ${silent.join(', ') || lane}, so an outage could not have been seen.`,
      hint: 'give the steps more time (hold) or the lane a higher rate',
    };
  return blindDoubt(facts, lane, 'an outage');
}
