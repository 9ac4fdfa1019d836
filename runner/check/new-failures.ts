import type { Finding } from './check.ts';
import type { Kind } from './kinds.ts';
import { count, duration, list } from './phrases.ts';
import { type BeforeAndAfter, burstsOf, chanceOfBurst, chanceOfRise, largestBurst } from './rise.ts';

/** A gate that cries once in a thousand runs is turned off (design, Checks). Of all tests of a run together. */
export const alarm = 1e-6;
/** What chance does more seldom than that is not passed over, though it is no proof. */
const doubtful = 1e-3;
/** So much more than expected is not passed over either, however little the baseline says. */
const doubtfulTimes = 3;
const doubtfulExcess = 3;
/** Who fails more than this before anything changes is broken already: "always fails a little" ends there. */
const mostBefore = 0.1;
/** What fails together does so within a second, and what fails in a row within much less. */
const windowUs = 1_000_000;
export const burstWindowsUs = [100_000, 300_000, windowUs];

export interface LaneFailure {
  kind: Kind;
  sentUs: number;
  /** It found no free connection. */
  noConnection?: boolean;
}

/** What a lane sent and lost before the first change, and after it; failures are sorted by when they were sent. */
export interface LaneRecord {
  before: { sent: number; failures: readonly LaneFailure[]; lengthUs: number };
  after: { sent: number; failures: readonly LaneFailure[]; lengthUs: number };
}

export type Judgement = Pick<Finding, 'message' | 'hint'> & { verdict: 'pass' | 'fail' | 'inconclusive' };

/**
 * Which rule a lane's failures are judged by: none may fail where none did before, and where some did no more than chance
 * explains. One failure before the change excuses no others of another kind, and no burst of its own.
 */
export function ruleFor(before: { failed: number }): 'zero-failed' | 'no-new-failures' {
  return before.failed === 0 ? 'zero-failed' : 'no-new-failures';
}

export const longer = 'give the time before the change longer, or the lane a higher rate';

export interface Strictness {
  /** So many share the chance of a false alarm. */
  lanes: number;
  /** What a failure is of a kind that did not come before the change. */
  clean: 'fail' | 'inconclusive';
}

export function judgeLane(lane: string, record: LaneRecord, { lanes, clean }: Strictness): Judgement {
  const { before, after } = record;
  const counts = countsOf(record, () => true);
  const told = tell(lane, counts);
  if (after.failures.length === 0) return { verdict: 'pass', message: `${told}.` };
  if (before.failures.length > before.sent * mostBefore)
    return {
      verdict: 'inconclusive',
      message: `${told}: so much was lost before anything changed that what the change did cannot be told.`,
      hint: 'mend the service first',
    };
  const kinds = [...new Set([...before.failures, ...after.failures].map(({ kind }) => kind))];
  // Each kind, all kinds together, and bursts.
  const alarmEach = alarm / (lanes * (kinds.length + 2));
  const rises = [undefined, ...kinds].map((kind) => riseOf(record, kind));
  const surest = rises.reduce((a, b) => (b.chance < a.chance ? b : a));
  const burst = burstOf(record);
  if (surest.chance < alarmEach) return { verdict: 'fail', message: `${tellRise(lane, surest)}.` };
  if (burst.chance < alarmEach) return { verdict: 'fail', message: `${told}, ${burst.told}.` };
  const fresh = kinds.filter((kind) => before.failures.every((one) => one.kind !== kind));
  if (fresh.length > 0 && clean === 'fail')
    return { verdict: 'fail', message: `${told}: ${list(fresh)} had not been seen before it.` };
  if (fresh.length > 0)
    return {
      verdict: 'inconclusive',
      message: `${told}: ${list(fresh)} had not been seen before it, and too little was sent then to call it new.`,
      hint: longer,
    };
  if (burst.chance < doubtful) return { verdict: 'inconclusive', message: `${told}, ${burst.told}.`, hint: longer };
  const doubt = rises.find(isDoubtful);
  if (doubt !== undefined)
    return {
      verdict: 'inconclusive',
      message: `${tellRise(lane, doubt)}: more than before, and too little was sent then to tell chance from harm.`,
      hint: longer,
    };
  return { verdict: 'pass', message: `${told}: no more than chance explains.` };
}

interface Rise {
  kind: Kind | undefined;
  counts: BeforeAndAfter;
  chance: number;
}

function riseOf(record: LaneRecord, kind: Kind | undefined): Rise {
  const counts = countsOf(record, (one) => kind === undefined || one.kind === kind);
  // Failures that come in bursts are not independent: then it is the bursts that are counted.
  const unit = comesInBursts(record) ? burstCounts(record, kind) : counts;
  return { kind, counts, chance: chanceOfRise(unit) };
}

export function countsOf({ before, after }: LaneRecord, wanted: (failure: LaneFailure) => boolean): BeforeAndAfter {
  return {
    before: { sent: before.sent, failed: before.failures.filter(wanted).length },
    after: { sent: after.sent, failed: after.failures.filter(wanted).length },
  };
}

function burstCounts({ before, after }: LaneRecord, kind: Kind | undefined): BeforeAndAfter {
  const bursts = (failures: readonly LaneFailure[]) =>
    burstsOf(timesOf(failures.filter((one) => kind === undefined || one.kind === kind)), windowUs);
  return {
    before: { sent: before.sent, failed: bursts(before.failures) },
    after: { sent: after.sent, failed: bursts(after.failures) },
  };
}

/** Before anything changed: so many within a second as chance does not bring together. */
function comesInBursts({ before }: LaneRecord): boolean {
  const most = largestBurst(timesOf(before.failures), windowUs);
  return chanceOfBurst(most, before.failures.length, windowUs, before.lengthUs) < doubtful;
}

interface Burst {
  chance: number;
  told: string;
}

/** The burst after the change that is least like chance, of three lengths. */
function burstOf(record: LaneRecord): Burst {
  const bursts = burstWindowsUs.map((windowUs) => burstWithin(record, windowUs));
  return bursts.reduce((a, b) => (b.chance < a.chance ? b : a));
}

/**
 * As far as none so large came before the change. Where bursts are ordinary one of them proves nothing; that it is not
 * what chance brings together is a doubt.
 */
function burstWithin(record: LaneRecord, windowUs: number): Burst {
  const { before, after } = record;
  const most = largestBurst(timesOf(after.failures), windowUs);
  const mostBefore = largestBurst(timesOf(before.failures), windowUs);
  const told = `${most} of them within ${duration(windowUs / 1000)}, where before it there were at most ${mostBefore}`;
  const bursty = comesInBursts(record);
  if (most <= mostBefore && !bursty) return { chance: 1, told };
  const all = before.failures.length + after.failures.length;
  const chance = burstWindowsUs.length * chanceOfBurst(most, all, windowUs, before.lengthUs + after.lengthUs);
  return { chance: bursty && chance < doubtful ? doubtful / 2 : chance, told };
}

function isDoubtful({ counts: { before, after }, chance }: Rise): boolean {
  const expected = (before.failed / before.sent) * after.sent;
  const excess = after.failed - expected;
  return chance < doubtful || (after.failed >= doubtfulTimes * expected && excess >= doubtfulExcess);
}

function timesOf(failures: readonly LaneFailure[]): number[] {
  return failures.map(({ sentUs }) => sentUs);
}

/** What a lane lost, as all messages begin. */
export function tell(lane: string, { before, after }: BeforeAndAfter, what = ''): string {
  return `Lane ${lane} lost ${after.failed.toLocaleString('en-US')} of ${count(after.sent, 'request')}${what} after the first change, and ${before.failed.toLocaleString('en-US')} of ${before.sent.toLocaleString('en-US')} before it`;
}

function tellRise(lane: string, { kind, counts }: Rise): string {
  return tell(lane, counts, kind === undefined ? '' : ` (${kind})`);
}
