import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import { countAt, isReady, isServing, momentsOf, type ReplicaLife, replicaLives } from './replica-lives.ts';
import { blindPlatform, type Stretch } from './stretch.ts';
import { podOf } from './terminations.ts';

/** A replica died that nobody had told to go. */
export interface Death {
  pod: string | null;
  /** When it died: not before `fromUs`, and by `diedUs`. */
  fromUs: number;
  diedUs: number;
  /** Replicas that served just before, and when as many did again; null where that was not seen. */
  before: number;
  readyUs: number | null;
  /** Its end may have come later than `fromUs`, and they may have served again earlier: so long it took at the least. */
  leastUs: number;
}

/** In order, those that began to matter while there was traffic. */
export function deathsOf(facts: RunFacts): Death[] {
  const lives = replicaLives(facts);
  const blind = blindPlatform(facts, ['pods', 'endpointslices']);
  const moments = momentsOf(lives, [], blind);
  const told = facts.events.filter(({ kind }) => kind === 'terminating');
  const deaths = facts.events.flatMap((event): Death[] => {
    const pod = podOf(event);
    const life = lives.find((one) => one.pod === pod);
    if (event.kind !== 'exited' || life === undefined) return [];
    if (event.latestUs < facts.trafficFromUs || event.earliestUs > facts.trafficToUs) return [];
    if (told.some((one) => podOf(one) === pod && one.earliestUs <= event.latestUs)) return [];
    const fromUs = beganUs(event, facts);
    // A node tells exits in whole seconds, and such a second may begin before the signal that ended it.
    const beforeUs = Math.min(fromUs, event.earliestUs) - 1;
    // One that was not ready takes nothing away when it ends once more.
    if (isReady(life, beforeUs) === false) return [];
    const siblings = lives.filter(({ owner }) => owner === life.owner);
    const before = countAt(siblings, beforeUs, serving(siblings)).least;
    const servingAt = (us: number) => countAt(siblings, us, serving(siblings));
    const readyUs = moments.find((us) => us >= event.latestUs && !isWithin(us, blind) && servingAt(us).least >= before);
    const diedUs = fromUs === event.earliestUs ? event.latestUs : fromUs;
    const perhapsUs =
      servingAt(event.latestUs).most >= before
        ? event.earliestUs
        : (moments.find((us) => us > event.latestUs && servingAt(us).most >= before) ?? facts.trafficToUs);
    const leastUs = Math.max(0, perhapsUs - diedUs);
    return [{ pod, fromUs, diedUs, before, readyUs: readyUs ?? null, leastUs }];
  });
  return deaths.sort((a, b) => a.fromUs - b.fromUs);
}

function isWithin(us: number, stretches: readonly Stretch[]): boolean {
  return stretches.some(({ fromUs, toUs }) => fromUs <= us && us < toUs);
}

/**
 * Where it was sent a signal the time counts from that, and where a step killed it without one being told, from the step: an
 * app that drains is unready long before it exits. A step may need a while until the signal goes out.
 */
function beganUs(exit: Event, { events, steps }: RunFacts): number {
  const own = events.filter((one) => podOf(one) === podOf(exit) && one.latestUs <= exit.latestUs && one !== exit);
  const exits = own.filter(({ kind }) => kind === 'exited').map(({ latestUs }) => latestUs);
  const lastExitUs = Math.max(Number.NEGATIVE_INFINITY, ...exits);
  const kill = steps.find(
    ({ verb, fromUs, toUs }) =>
      verb === 'kill' && fromUs > lastExitUs && fromUs <= exit.earliestUs && exit.earliestUs <= toUs,
  );
  const signal = own.find(({ kind, earliestUs }) => signals.includes(kind) && earliestUs > lastExitUs);
  return signal?.earliestUs ?? kill?.fromUs ?? exit.earliestUs;
}

const signals: readonly Event['kind'][] = ['killed', 'signalled'];

/** Routed as well as ready, where the platform tells of routes. */
function serving(lives: readonly ReplicaLife[]): typeof isReady {
  return lives.some(({ routed }) => routed.length > 0) ? isServing : isReady;
}
