import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from './check.ts';
import { type Death, deathsOf } from './deaths.ts';
import { count, duration, moment, onLane } from './phrases.ts';
import { blindPlatform, overlap } from './stretch.ts';

const defaultMs = 60_000;

export interface RecoveryOptions {
  ms?: number;
}

export const recovery: Check<RecoveryOptions> = {
  name: 'recovery',
  summary: 'After a replica dies, as many are ready again in time, and requests stop failing.',
  options: Type.Object(
    {
      ms: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, description: 'the longest recovery that is allowed, in ms' }),
      ),
    },
    { additionalProperties: false },
  ),
  restsOn: 'losses',
  falseAlarm: 0,
  fold: (options, facts, lane) => new FailuresAfterDeaths(options, facts, lane),
};

/** Of three replicas of which one fails, 35 good answers in a row come less than once in a million times. */
const enoughAnswers = 35;
/** Steps that change no replicas on purpose; any other has failures of its own. */
const calm: readonly string[] = ['deploy', 'hold', 'wait', 'kill', 'run', 'exec'];

/** A death and the failures after it, up to the next death or the next step that changes replicas. */
interface Incident extends Death {
  untilUs: number;
  failures: number;
  lastFailureUs: number | null;
  tails: Map<string, Tail>;
}

/** What a lane that had failures saw after them, by the times of sending. */
interface Tail {
  lastFailureUs: number;
  good: number;
}

interface Context {
  limitMs: number;
  facts: RunFacts;
  lane: string | null;
  incidents: readonly Incident[];
}

function incidentsOf(facts: RunFacts): Incident[] {
  const changes = facts.steps.filter(({ verb }) => !calm.includes(verb)).map(({ fromUs }) => fromUs);
  return deathsOf(facts).map((death) => ({
    ...death,
    // A step that began while it may not yet have died is rather what it died of.
    untilUs: Math.min(...changes.filter((us) => us > death.diedUs), Number.POSITIVE_INFINITY),
    failures: 0,
    lastFailureUs: null,
    tails: new Map(),
  }));
}

function sentOf(batch: AttemptBatch, row: number): number {
  const sentUs = batch.sentUs[row] as number;
  return Number.isNaN(sentUs) ? (batch.readyUs[row] as number) : sentUs;
}

/** The first time over the record: which requests failed after a death? */
class FailuresAfterDeaths implements Fold<Finding> {
  readonly #context: Context;

  constructor(options: RecoveryOptions, facts: RunFacts, lane: string | null) {
    this.#context = { limitMs: options.ms ?? defaultMs, facts, lane, incidents: incidentsOf(facts) };
  }

  batch(batch: AttemptBatch): void {
    const { incidents, lane } = this.#context;
    if (incidents.length === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const name = batch.lane.at(row) as string;
      if (!this.#isFailure(batch.outcome.at(row) as Outcome) || (lane !== null && name !== lane)) continue;
      const endUs = batch.endUs[row] as number;
      const sentUs = sentOf(batch, row);
      const incident = incidents.findLast(({ fromUs }) => fromUs <= endUs);
      if (incident === undefined || sentUs >= incident.untilUs) continue;
      incident.failures++;
      incident.lastFailureUs = Math.max(incident.lastFailureUs ?? endUs, endUs);
      const lastFailureUs = Math.max(incident.tails.get(name)?.lastFailureUs ?? sentUs, sentUs);
      incident.tails.set(name, { lastFailureUs, good: 0 });
    }
  }

  /** What an interruption left without an answer is not the server's loss. */
  #isFailure(outcome: Outcome): boolean {
    return isFailed(outcome) || (outcome === 'unanswered' && this.#context.facts.complete);
  }

  done(): { result: Finding } | { again: Fold<Finding> } {
    if (this.#context.incidents.every(({ failures }) => failures === 0)) return { result: conclude(this.#context) };
    return { again: new AnswersAfterFailures(this.#context) };
  }
}

/** The second time: did good answers follow, or did failures go on to the end? */
class AnswersAfterFailures implements Fold<Finding> {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      if (batch.outcome.at(row) !== 'ok') continue;
      const lane = batch.lane.at(row) as string;
      const sentUs = sentOf(batch, row);
      for (const { tails, untilUs } of this.#context.incidents) {
        const tail = tails.get(lane);
        if (tail !== undefined && tail.lastFailureUs < sentUs && sentUs < untilUs) tail.good++;
      }
    }
  }

  done(): { result: Finding } {
    return { result: conclude(this.#context) };
  }
}

interface Told {
  pod: string | null;
  atMs: number;
  replicas: number;
  readyAfterMs: number | null;
  leastMs: number;
  failures: number;
  lastFailureAfterMs: number | null;
  watchedMs: number;
}

/** Of the lanes with too few good answers after their last failure the one with the fewest, or null. */
function leastTail(incidents: readonly Incident[]): { lane: string; good: number } | null {
  const tails = incidents.flatMap((incident) => [...incident.tails].map(([lane, { good }]) => ({ lane, good })));
  return tails.filter(({ good }) => good < enoughAnswers).sort((a, b) => a.good - b.good)[0] ?? null;
}

function conclude({ limitMs, facts, lane, incidents }: Context): Finding {
  const told = incidents.map(
    (incident): Told => ({
      pod: incident.pod,
      atMs: (incident.fromUs - facts.trafficFromUs) / 1000,
      replicas: incident.before,
      readyAfterMs: incident.readyUs === null ? null : (incident.readyUs - incident.fromUs) / 1000,
      leastMs: incident.leastUs / 1000,
      failures: incident.failures,
      lastFailureAfterMs: incident.lastFailureUs === null ? null : (incident.lastFailureUs - incident.fromUs) / 1000,
      watchedMs: (facts.trafficToUs - incident.fromUs) / 1000,
    }),
  );
  const finding = { expected: { ms: limitMs }, actual: { incidents: told } };
  const first = told[0];
  if (first === undefined) {
    const killed = facts.steps.some(({ verb }) => verb === 'kill');
    return killed
      ? {
          ...finding,
          verdict: 'inconclusive',
          message: 'A replica was to be killed, but the platform did not tell of any that died.',
          hint: 'run against a target that reports how replicas end',
        }
      : {
          ...finding,
          verdict: 'not-applicable',
          message: 'No replica died but those that were told to go.',
          hint: 'add a kill step',
        };
  }
  // The worst of them speaks.
  const worst = told.reduce((a, b) => (badness(b) > badness(a) ? b : a));
  const message = `${describe(worst, limitMs, lane, told.length)}${others(told, lane)}`;
  const open = told.filter((one) => one.readyAfterMs === null);
  const late = told.some(
    ({ readyAfterMs, lastFailureAfterMs, watchedMs }) =>
      (readyAfterMs ?? watchedMs) > limitMs || (lastFailureAfterMs ?? 0) > limitMs,
  );
  // Where the platform's times are not that exact, it may have been within the limit.
  const surely = told.some(
    ({ leastMs, lastFailureAfterMs }) => leastMs > limitMs || (lastFailureAfterMs ?? 0) > limitMs,
  );
  const unseen = told.some(({ atMs, readyAfterMs, watchedMs }) => isBlind(facts, atMs, readyAfterMs ?? watchedMs));
  if (surely && !unseen) return { ...finding, verdict: 'fail', message };
  if (open.length > 0 || late)
    return {
      ...finding,
      verdict: 'inconclusive',
      message,
      hint: unseen
        ? 'see that the connection to the platform lasts for the whole run'
        : open.length === 0
          ? 'allow some seconds more: the platform tells its times in whole seconds'
          : `hold for up to ${duration(limitMs)} after the kill`,
    };
  const unsettled = leastTail(incidents);
  if (unsettled !== null)
    return {
      ...finding,
      verdict: 'inconclusive',
      message: `${message} But only ${count(unsettled.good, 'good answer')} came after the last failure on lane ${unsettled.lane}, too few to say that they stopped.`,
      hint: `hold for longer after the kill: it takes ${enoughAnswers} good answers on each lane`,
    };
  return { ...finding, verdict: 'pass', message };
}

function badness({ readyAfterMs, lastFailureAfterMs }: Told): number {
  return Math.max(readyAfterMs ?? Number.POSITIVE_INFINITY, lastFailureAfterMs ?? 0);
}

function isBlind(facts: RunFacts, atMs: number, lastedMs: number): boolean {
  const fromUs = facts.trafficFromUs + atMs * 1000;
  return blindPlatform(facts, ['pods', 'endpointslices']).some(
    (one) => overlap(one, { fromUs, toUs: fromUs + lastedMs * 1000 }) !== null,
  );
}

/** A request that failed counts for the last death before it, so of one among several the number alone would mislead. */
function others(told: readonly Told[], lane: string | null): string {
  if (told.length === 1) return '';
  const failures = told.reduce((sum, one) => sum + one.failures, 0);
  const failed = failures === 0 ? 'no request' : count(failures, 'request');
  return ` (The worst of ${told.length} such deaths; ${failed} failed${onLane(lane)} after all of them.)`;
}

function describe(incident: Told, limitMs: number, lane: string | null, deaths: number): string {
  const { pod, atMs, replicas, readyAfterMs, failures, lastFailureAfterMs, watchedMs } = incident;
  const ready =
    readyAfterMs === null
      ? `${count(replicas, 'replica')} as before were not ready again within the ${duration(watchedMs)} that were left`
      : `${count(replicas, 'replica')} as before ${replicas === 1 ? 'was' : 'were'} ready again after ${duration(readyAfterMs)}`;
  const none = deaths === 1 ? `, and no request failed${onLane(lane)}` : '';
  const failed =
    lastFailureAfterMs === null
      ? none
      : `, and ${count(failures, 'request')} failed${onLane(lane)}, the last one after ${duration(lastFailureAfterMs)}`;
  return `${pod} died at ${moment(atMs)}: ${ready}${failed}; ${duration(limitMs)} are allowed.`;
}
