import { Type } from 'typebox';
import type { DeploymentPromise, Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Check, Finding } from './check.ts';
import { count, duration, list, moment } from './phrases.ts';
import { countAt, isPresent, isReady, momentsOf, type ReplicaLife, replicaLives } from './replica-lives.ts';
import { blindPlatform, overlap, type Stretch, union, unseenPlatform, type Watched as Watchable } from './stretch.ts';

export const availability: Check<Record<string, never>> = {
  name: 'availability',
  summary: 'Never fewer ready replicas than promised, and never more replicas than allowed.',
  options: Type.Object({}, { additionalProperties: false }),
  falseAlarm: 0,
  fold: (_options, facts) => ({ batch: () => {}, done: () => ({ result: judge(facts) }) }),
};

/** How many are ready, and how many are promised. */
const watchedKinds: readonly Watchable[] = ['pods', 'deployments', 'statefulsets', 'daemonsets', 'rollouts'];

/** A stretch in which surely less was ready, or more was there, than the Deployment promised. */
interface Breach {
  deployment: string;
  kind: 'fewer' | 'more';
  bound: number;
  number: number;
  replicas: number;
  fromUs: number;
  toUs: number;
}

interface Watched {
  deployment: string;
  leastReady: number;
  mostPresent: number;
  breaches: Breach[];
  /** In them there may have been one. */
  unknown: Stretch[];
}

function judge(facts: RunFacts): Finding {
  const lives = replicaLives(facts);
  const promises = facts.events.filter(({ promise }) => promise !== undefined && promise.strategy !== 'Unknown');
  const unsaid = facts.events.filter(({ promise }) => promise?.strategy === 'Unknown');
  const names = [...new Set(promises.map((event) => event.subject.name))];
  const watched = names.map((name) =>
    watch(
      name,
      lives.filter(({ owner }) => owner === name),
      promises.filter((event) => event.subject.name === name),
      facts,
    ),
  );
  const breaches = watched.flatMap((one) => one.breaches).sort((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs));
  const zeroUs = facts.trafficFromUs;
  const finding = {
    expected: { ready: 'at least replicas - maxUnavailable', present: 'at most replicas + maxSurge' },
    actual: {
      deployments: watched.map(({ deployment, leastReady, mostPresent }) => ({ deployment, leastReady, mostPresent })),
      breaches: breaches.map(({ fromUs, toUs, ...rest }) => ({
        ...rest,
        fromMs: (fromUs - zeroUs) / 1000,
        toMs: (toUs - zeroUs) / 1000,
      })),
    },
  };
  if (lives.length === 0)
    return {
      ...finding,
      verdict: 'not-applicable',
      message: 'The platform does not tell how its replicas are.',
      hint: 'run against a target that reports its replicas',
    };
  if (watched.length === 0)
    return {
      ...finding,
      verdict: 'inconclusive',
      message: unsaid[0] ? notSaid(unsaid[0]) : 'The platform did not say how many replicas were promised.',
      hint: 'run against a target that deploys the app itself',
    };
  const worst = breaches[0];
  if (worst !== undefined) return { ...finding, verdict: 'fail', message: describe(worst, breaches.length, zeroUs) };
  const seen = watched.filter(({ leastReady }) => Number.isFinite(leastReady));
  if (seen.length === 0)
    return {
      ...finding,
      verdict: 'inconclusive',
      message: 'The platform was not watched while there was traffic.',
      hint: 'see that the connection to the platform lasts for the whole run',
    };
  const unknown = union(watched.flatMap((one) => one.unknown));
  if (unknown.length > 0) {
    const lengthMs = unknown.reduce((ms, { fromUs, toUs }) => ms + (toUs - fromUs) / 1000, 0);
    return {
      ...finding,
      verdict: 'inconclusive',
      message: `The promise was kept as far as could be seen, but for ${duration(lengthMs)} the platform could not be watched.`,
      hint: 'see that the connection to the platform lasts for the whole run',
    };
  }
  const each = seen.map(
    ({ deployment, leastReady, mostPresent }) =>
      `${deployment} always had ${leastReady} or more replicas ready and never more than ${mostPresent} in all`,
  );
  return { ...finding, verdict: 'pass', message: `${list(each)}, as promised.` };
}

/**
 * Replicas that are on their way out count neither as ready nor as there. A promise of more (a scale-up) holds from when
 * it is first kept; until then the one before does.
 */
function watch(deployment: string, lives: ReplicaLife[], promises: Event[], facts: RunFacts): Watched {
  const traffic = { fromUs: facts.trafficFromUs, toUs: facts.trafficToUs };
  const blind = blindPlatform(facts, watchedKinds);
  const unseen = unseenPlatform(facts, watchedKinds);
  const watched: Watched = {
    deployment,
    leastReady: Number.POSITIVE_INFINITY,
    mostPresent: 0,
    breaches: [],
    unknown: [],
  };
  const moments = [
    ...momentsOf(lives, promises, [traffic, ...blind, ...unseen]).filter((us) => us < traffic.toUs),
    traffic.toUs,
  ];
  let floor = 0;
  let ceiling = Number.POSITIVE_INFINITY;
  for (let i = 0; i < moments.length - 1; i++) {
    const fromUs = moments[i] as number;
    const toUs = moments[i + 1] as number;
    const ready = countAt(lives, fromUs, isReady);
    const present = countAt(lives, fromUs, isPresent);
    const bounds = promisesAt(promises, fromUs).map(boundsOf);
    if (bounds.length > 0) {
      const lowest = Math.min(...bounds.map((bound) => bound.floor));
      const highest = Math.max(...bounds.map((bound) => bound.ceiling));
      if (lowest <= floor || ready.least >= lowest) floor = lowest;
      if (highest >= ceiling || present.most <= highest) ceiling = highest;
    }
    const judged = overlap({ fromUs, toUs }, traffic);
    if (judged === null || judged.fromUs === judged.toUs) continue;
    const isIn = (one: Stretch) => one.fromUs <= fromUs && toUs <= one.toUs;
    if (blind.some(isIn)) {
      // Changes that are told of later have intervals; there may have been a breach where the worst of them is one.
      if (unseen.some(isIn) || ready.least < floor || present.most > ceiling) watched.unknown.push(judged);
      continue;
    }
    watched.leastReady = Math.min(watched.leastReady, ready.most);
    watched.mostPresent = Math.max(watched.mostPresent, present.least);
    const replicas = promisesAt(promises, fromUs).at(-1)?.replicas ?? 0;
    const breach = { deployment, replicas, ...judged };
    if (ready.most < floor) extend(watched.breaches, { ...breach, kind: 'fewer', bound: floor, number: ready.most });
    if (present.least > ceiling)
      extend(watched.breaches, { ...breach, kind: 'more', bound: ceiling, number: present.least });
  }
  return watched;
}

/** The promise in force, and any that may be by now; nothing before the first. */
function promisesAt(events: readonly Event[], us: number): DeploymentPromise[] {
  const sorted = [...events].sort((a, b) => a.latestUs - b.latestUs);
  const settled = sorted.findLast(({ latestUs }) => latestUs <= us);
  const unsure = sorted.filter(({ earliestUs, latestUs }) => earliestUs <= us && us < latestUs);
  return [settled, ...unsure].flatMap((event) => (event?.promise === undefined ? [] : [event.promise]));
}

function notSaid({ subject }: Event): string {
  return `${subject.name} promises no number of replicas while it is updated: the steps of its ${subject.kind} decide.`;
}

/**
 * Recreate takes all old replicas down before the first new one, and promises nothing meanwhile. OnDelete promises nothing either: whoever
 * deletes decides; but there are never more than it is to have.
 */
function boundsOf({ replicas, maxSurge, maxUnavailable, strategy }: DeploymentPromise) {
  if (strategy === 'Recreate') return { floor: 0, ceiling: replicas };
  if (strategy === 'OnDelete') return { floor: 0, ceiling: replicas + maxSurge };
  return { floor: replicas - maxUnavailable, ceiling: replicas + maxSurge };
}

/** Makes one breach of two that touch; the worst number stands. */
function extend(breaches: Breach[], breach: Breach): void {
  const last = breaches.findLast(({ kind }) => kind === breach.kind);
  if (last === undefined || last.toUs !== breach.fromUs || last.bound !== breach.bound) {
    breaches.push(breach);
    return;
  }
  last.toUs = breach.toUs;
  last.number = breach.kind === 'fewer' ? Math.min(last.number, breach.number) : Math.max(last.number, breach.number);
}

function describe({ deployment, kind, bound, number, replicas, fromUs, toUs }: Breach, all: number, zeroUs: number) {
  const when = `for ${duration((toUs - fromUs) / 1000)} from ${moment((fromUs - zeroUs) / 1000)} on`;
  const more = all > 1 ? ` (the longest of ${all} such times)` : '';
  return kind === 'fewer'
    ? `${deployment} had only ${count(number, 'ready replica')} ${when}${more}, where at least ${bound} of ${replicas} were promised.`
    : `${deployment} had ${count(number, 'replica')} ${when}${more}, where at most ${bound} were allowed.`;
}
