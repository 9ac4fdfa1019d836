import { isWithin } from '../record/outages.ts';
import type { Result } from '../record/result.ts';
import { timeOf } from './lives.ts';
import { plain } from './plain.ts';
import { about, count, listed, moment } from './words.ts';

type FailedAttempt = Result['failures'][number];
type Outage = Result['outages'][number];

/** What happened to a request, to go between `160 requests` and the replica; then how it goes on where none is known. */
const deeds: Record<string, [one: string, many: string, by: string, alone: string]> = {
  refused: ['was refused', 'were refused', ' by', ''],
  unreachable: ['found', 'found', '', ' nobody to connect to'],
  timeout: ['got no answer in time', 'got no answer in time', ' from', ''],
  reset: ['was cut off (connection reset)', 'were cut off (connection reset)', ' by', ''],
  closed: ['was dropped without an answer', 'were dropped without an answer', ' by', ''],
  truncated: ['got only a part of the answer', 'got only a part of the answer', ' from', ''],
  surplus: ['got more than one answer', 'got more than one answer', ' from', ''],
  malformed: ['got an answer that is not HTTP', 'got answers that are not HTTP', ' from', ''],
  status: ['got a bad status', 'got a bad status', ' from', ''],
  invalid: ['got a wrong answer', 'got wrong answers', ' from', ''],
  'stale-race': ['met a closing idle connection', 'met closing idle connections', ' of', ''],
  unanswered: ['was still open when the run ended', 'were still open when the run ended', ' at', ''],
};

/** What happened to one request, in words: `was refused`. */
export function deedOf(outcome: string): string {
  const [one, , , alone] = deeds[outcome] ?? [`failed (${outcome})`, '', '', ''];
  return `${one}${alone}`;
}

export interface FailureGroup {
  outcome: string;
  status: number | null;
  /** The platform's name, else the app's own; null where nobody knows. */
  replica: string | null;
  version: string | null;
  step: string | null;
  failures: FailedAttempt[];
}

/** Failed attempts that went wrong in the same way at the same replica in the same step; the largest group first. */
export function groupFailures(failures: readonly FailedAttempt[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const failure of failures) {
    const { outcome, status, version, step } = failure;
    const replica = failure.pod ?? failure.replica;
    const key = JSON.stringify([outcome, status, replica, step]);
    const group = groups.get(key);
    if (group) group.failures.push(failure);
    else groups.set(key, { outcome, status, replica, version, step, failures: [failure] });
  }
  return [...groups.values()].sort((a, b) => b.failures.length - a.failures.length);
}

/**
 * The kinds of failures, each in a sentence without its end, the most frequent first; the step is said once where it is
 * the same for all.
 */
export function tellFailures(result: Result, most: number): { title: string; told: string[]; more: number } {
  const groups = groupFailures(result.failures);
  const steps = new Set(groups.map(({ step }) => step));
  const [only] = steps.size === 1 ? steps : [];
  const told = groups.slice(0, most).map((group) => {
    const step = steps.size === 1 || group.step === null ? '' : ` (in the step ${plain(group.step, 60)})`;
    return tellGroup(group, result) + step;
  });
  const title = only ? `Failed requests, all in the step ${plain(only, 60)}` : 'Failed requests';
  return { title, told, more: groups.length - told.length };
}

/** `160 requests were refused by mimuc-app-abc, which had been told to stop 0.2 s before` */
export function tellGroup(group: FailureGroup, result: Result): string {
  const { failures, outcome, status } = group;
  const [one, many, by, alone] = deeds[outcome] ?? [`failed (${outcome})`, `failed (${outcome})`, ' at', ''];
  const subject = failures.length === 1 ? `1 request ${one}` : `${count(failures.length)} requests ${many}`;
  const what = outcome === 'status' && status !== null ? `${subject} (${status})` : subject;
  if (group.replica === null || by === '') return `${what}${alone}`;
  const state = stateBefore(group, result);
  return `${what}${by} ${plain(group.replica, 60)}${state && `, which ${state}`}`;
}

const states: Record<string, string> = {
  terminating: 'had been told to stop',
  exited: 'had exited',
  killed: 'had been killed',
  unready: 'had become unready',
  started: 'had been started',
  restarted: 'had been restarted',
};

/** A request that was under way when the connection broke says when it broke by its end, every other by its start. */
const brokenUnderWay = new Set(['reset', 'closed', 'truncated']);

/** What had last happened to the replica when its first request failed; one that has exited gets no unreadier. */
function stateBefore({ replica, outcome, failures }: FailureGroup, { events }: Result): string {
  const times = failures.map(({ sentMs, endMs }) => (brokenUnderWay.has(outcome) ? endMs : (sentMs ?? endMs)));
  const firstMs = Math.min(...times);
  const before = events.filter((event) => event.subject.name === replica && timeOf(event) <= firstMs);
  let last: Result['events'][number] | undefined;
  for (const event of before.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    const isDown = last?.kind === 'exited' || last?.kind === 'killed';
    if (event.kind === 'ready') last = undefined;
    else if (event.kind in states && !(isDown && event.kind === 'unready')) last = event;
  }
  if (!last) return '';
  return `${states[last.kind]} ${about(firstMs - timeOf(last)).replace(/^about /, '')} before`;
}

/**
 * An outage as one tells it: "From 12.1 s to 12.9 s, for about 0.8 s, no new connection of visitors got through: 160
 * requests were refused by mimuc-app-abc, which had been told to stop 0.2 s before."
 */
export function tellOutage(outage: Outage, result: Result): string {
  const within = result.failures.filter(
    ({ lane, sentMs, endMs }) =>
      lane === outage.lane && (sentMs ?? endMs) >= outage.fromMs && (sentMs ?? endMs) <= (outage.toMs ?? Infinity),
  );
  // Steps are not told of an outage, so they part nothing.
  const groups = groupFailures(within.map((failure) => ({ ...failure, step: null })));
  const told = groups.slice(0, 3).map((group) => tellGroup(group, result));
  const shown = groups.slice(0, 3).reduce((sum, { failures }) => sum + failures.length, 0);
  if (shown > 0 && outage.failures > shown) told.push(`${count(outage.failures - shown)} more failed`);
  const why = told.length > 0 ? listed(told) : `${count(outage.failures)} requests failed`;
  const cause = outage.cause === null ? '' : ` The cause: ${plain(outage.cause, 60)}.`;
  return `${when(outage)}, ${whatOf(outage, result)}${atWorst(outage, result)}: ${why}.${cause}`;
}

/** Of a partial outage: the longest stretch within it in which nothing got through. */
function atWorst(outage: Outage, { outages }: Result): string {
  if (outage.kind === 'total') return '';
  const worst = outages.filter(({ kind }) => kind === 'total').filter((total) => isWithin(total, outage));
  const ms = Math.max(0, ...worst.map((total) => total.ms));
  return ms === 0 ? '' : `, at worst all of them for ${about(ms)}`;
}

function when({ fromMs, toMs, ms }: Outage): string {
  const digits = ms < 100 ? 3 : ms < 1000 ? 2 : 1;
  const to = toMs === null ? 'the end of the traffic' : moment(toMs, digits);
  return `From ${moment(fromMs, digits)} to ${to}, for ${about(ms)}`;
}

function whatOf({ kind, lane }: Outage, { traffic }: Result): string {
  const name = plain(lane, 40);
  if (kind === 'partial') return `a part of the requests of ${name} failed`;
  const fresh = traffic.find((each) => each.lane === lane)?.connection === 'fresh';
  return fresh ? `no new connection of ${name} got through` : `no request of ${name} got through`;
}
