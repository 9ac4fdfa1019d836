import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from './check.ts';
import { count, duration, moment, onLane } from './phrases.ts';
import { countAt, isReady, isServing, momentsOf, type ReplicaLife, replicaLives } from './replica-lives.ts';
import { blindPlatform, overlap } from './stretch.ts';
import { podOf } from './terminations.ts';

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
  falseAlarm: 0,
  fold: (options, facts, lane) => new Recovery(options, facts, lane),
};

/** A replica died that nobody had told to go. */
interface Incident {
  pod: string | null;
  fromUs: number;
  /** Replicas that served just before, and when as many did again; null where that was not seen. */
  before: number;
  readyUs: number | null;
  failures: number;
  lastFailureUs: number | null;
}

class Recovery implements Fold<Finding> {
  readonly #limitMs: number;
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #incidents: readonly Incident[];
  /** A later step that changes replicas has failures of its own. */
  readonly #otherSteps: readonly number[];

  constructor(options: RecoveryOptions, facts: RunFacts, lane: string | null) {
    this.#limitMs = options.ms ?? defaultMs;
    this.#facts = facts;
    this.#lane = lane;
    this.#incidents = incidentsOf(facts);
    this.#otherSteps = facts.steps.filter(({ verb }) => !calm.includes(verb)).map(({ fromUs }) => fromUs);
  }

  batch(batch: AttemptBatch): void {
    if (this.#incidents.length === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const outcome = batch.outcome.at(row) as Outcome;
      if (!isFailed(outcome) || (this.#lane !== null && batch.lane.at(row) !== this.#lane)) continue;
      const endUs = batch.endUs[row] as number;
      const incident = this.#incidents.findLast(({ fromUs }) => fromUs <= endUs);
      if (incident === undefined) continue;
      if (this.#otherSteps.some((us) => incident.fromUs < us && us <= (batch.sentUs[row] as number))) continue;
      incident.failures++;
      incident.lastFailureUs = Math.max(incident.lastFailureUs ?? endUs, endUs);
    }
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const told = this.#incidents.map((incident) => ({
      pod: incident.pod,
      atMs: (incident.fromUs - this.#facts.trafficFromUs) / 1000,
      replicas: incident.before,
      readyAfterMs: incident.readyUs === null ? null : (incident.readyUs - incident.fromUs) / 1000,
      failures: incident.failures,
      lastFailureAfterMs: incident.lastFailureUs === null ? null : (incident.lastFailureUs - incident.fromUs) / 1000,
      watchedMs: (this.#facts.trafficToUs - incident.fromUs) / 1000,
    }));
    const finding = { expected: { ms: this.#limitMs }, actual: { incidents: told } };
    const first = told[0];
    if (first === undefined) {
      const killed = this.#facts.steps.some(({ verb }) => verb === 'kill');
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
    const worst = told.reduce((a, b) => (this.#badness(b) > this.#badness(a) ? b : a));
    const message = `${this.#describe(worst)}${told.length > 1 ? ` (The worst of ${told.length} such deaths.)` : ''}`;
    const open = told.filter((one) => one.readyAfterMs === null);
    const late = told.some(
      ({ readyAfterMs, lastFailureAfterMs, watchedMs }) =>
        (readyAfterMs ?? watchedMs) > this.#limitMs || (lastFailureAfterMs ?? 0) > this.#limitMs,
    );
    const unseen = told.some(({ atMs, readyAfterMs, watchedMs }) => this.#isBlind(atMs, readyAfterMs ?? watchedMs));
    if (late && !unseen) return { ...finding, verdict: 'fail', message };
    if (open.length > 0 || late)
      return {
        ...finding,
        verdict: 'inconclusive',
        message,
        hint: late
          ? 'see that the connection to the platform lasts for the whole run'
          : `hold for up to ${duration(this.#limitMs)} after the kill`,
      };
    return { ...finding, verdict: 'pass', message };
  }

  #badness({ readyAfterMs, lastFailureAfterMs }: { readyAfterMs: number | null; lastFailureAfterMs: number | null }) {
    return Math.max(readyAfterMs ?? Number.POSITIVE_INFINITY, lastFailureAfterMs ?? 0);
  }

  #isBlind(atMs: number, lastedMs: number): boolean {
    const fromUs = this.#facts.trafficFromUs + atMs * 1000;
    return blindPlatform(this.#facts).some((one) => overlap(one, { fromUs, toUs: fromUs + lastedMs * 1000 }) !== null);
  }

  #describe(incident: {
    pod: string | null;
    atMs: number;
    replicas: number;
    readyAfterMs: number | null;
    failures: number;
    lastFailureAfterMs: number | null;
    watchedMs: number;
  }): string {
    const { pod, atMs, replicas, readyAfterMs, failures, lastFailureAfterMs, watchedMs } = incident;
    const ready =
      readyAfterMs === null
        ? `${count(replicas, 'replica')} as before were not ready again within the ${duration(watchedMs)} that were left`
        : `${count(replicas, 'replica')} as before ${replicas === 1 ? 'was' : 'were'} ready again after ${duration(readyAfterMs)}`;
    const failed =
      lastFailureAfterMs === null
        ? `no request failed${onLane(this.#lane)}`
        : `${count(failures, 'request')} failed${onLane(this.#lane)}, the last one after ${duration(lastFailureAfterMs)}`;
    return `${pod} died at ${moment(atMs)}: ${ready}, and ${failed}; ${duration(this.#limitMs)} are allowed.`;
  }
}

const calm: readonly string[] = ['deploy', 'hold', 'wait', 'kill', 'run', 'exec'];

/** Where a step killed it, the time counts from the step: a signal may take its time. */
function incidentsOf(facts: RunFacts): Incident[] {
  const lives = replicaLives(facts);
  const moments = momentsOf(lives);
  const told = facts.events.filter(({ kind }) => kind === 'terminating');
  const kills = facts.steps.filter(({ verb }) => verb === 'kill');
  const incidents = facts.events.flatMap((event): Incident[] => {
    const pod = podOf(event);
    const life = lives.find((one) => one.pod === pod);
    if (event.kind !== 'exited' || life === undefined) return [];
    if (event.latestUs < facts.trafficFromUs || event.earliestUs > facts.trafficToUs) return [];
    if (told.some((one) => podOf(one) === pod && one.earliestUs <= event.latestUs)) return [];
    // One that was not ready takes nothing away when it ends once more.
    if (isReady(life, event.earliestUs - 1) === false) return [];
    const kill = kills.find(({ fromUs, toUs }) => fromUs <= event.earliestUs && event.earliestUs <= toUs);
    const fromUs = kill?.fromUs ?? event.earliestUs;
    const siblings = lives.filter(({ owner }) => owner === life.owner);
    const before = countAt(siblings, fromUs - 1, serving(siblings)).least;
    const readyUs = moments.find(
      (us) => us >= event.latestUs && countAt(siblings, us, serving(siblings)).least >= before,
    );
    return [{ pod, fromUs, before, readyUs: readyUs ?? null, failures: 0, lastFailureUs: null }];
  });
  return incidents.sort((a, b) => a.fromUs - b.fromUs);
}

/** Routed as well as ready, where the platform tells of routes. */
function serving(lives: readonly ReplicaLife[]): typeof isReady {
  return lives.some(({ routed }) => routed.length > 0) ? isServing : isReady;
}
