import type { RunFacts } from '../../record/facts.ts';
import { podOf } from '../check/terminations.ts';
import type { Cut } from './cut.ts';
import type { Departure } from './departure.ts';
import type { Moments } from './moments.ts';
import type { Interval } from './sigterm.ts';

/** Requests and those that were cut off. */
export interface Share {
  requests: number;
  cuts: number;
}

interface Surroundings {
  departures: ReadonlyMap<string, Departure>;
  /** When requests were cut off that were known to be on replicas that stayed. */
  cutsOfOthers: Moments;
  /** On connections to anybody: as a replica ended, and at other times. */
  asAnyEnded: Share;
  elsewhere: Share;
}

/** What ends within so much of each other may have one reason. */
export const sameMomentUs = 100_000;
/** The FIN of an exit may come a little after the exit was seen, and the other way round. */
const slackUs = 1_000_000;
/** What cuts connections at all times is another fault; so much more often it does not do so by chance. */
export const timesMoreOften = 10;

/**
 * Of requests of which no answer tells on which replica they were: the one that ended just then, where it was the only app that did,
 * nothing was cut at that moment on a replica that stayed, and connections are cut far more often then than at other times. Only for
 * a path on which nothing but a replica ends a connection.
 */
export function placedByTime(cuts: readonly Cut[], surroundings: Surroundings, facts: RunFacts): Cut[] {
  if (facts.target.path !== 'direct') return [...cuts];
  const { departures, cutsOfOthers, asAnyEnded, elsewhere } = surroundings;
  const others = endsOfOthers(facts, departures);
  const placed = cuts.map((cut): Cut => {
    if (cut.pod !== null) return cut;
    if (cutsOfOthers.isNear(cut.endUs)) return cut;
    if (others.some(({ earliestUs, latestUs }) => earliestUs - slackUs <= cut.endUs && cut.endUs <= latestUs + slackUs))
      return cut;
    const pod = whoEnded(cut, [...departures.values()]);
    return pod === null ? cut : { ...cut, pod, byTime: true };
  });
  const found = placed.filter(({ byTime }) => byTime).length;
  const share = found / Math.max(1, found, asAnyEnded.requests);
  // As if the next one elsewhere were cut: few requests show little.
  const isOutstanding = share >= timesMoreOften * ((elsewhere.cuts + 1) / (elsewhere.requests + 1));
  return isOutstanding ? placed : [...cuts];
}

/** Whether it was when a replica ended: as it was killed, or from SIGTERM on. */
export function isAsItEnded({ isKilledAtGrace, sigterm, exit }: Departure, us: number): boolean {
  return us >= (isKilledAtGrace ? exit : sigterm).earliestUs && us <= exit.latestUs;
}

/** Of those that were on their way out: the one that ended nearest to it. null where they are of several apps. */
function whoEnded({ endUs, sentUs }: Cut, all: readonly Departure[]): string | null {
  const leaving = all.filter(({ told, exit }) => endUs >= told.earliestUs && endUs <= exit.latestUs + slackUs);
  if (new Set(leaving.map(({ app }) => app)).size !== 1) return null;
  const ending = leaving.filter((one) => isAsItEnded(one, endUs) && sentUs <= one.exit.latestUs);
  const far = ({ exit }: Departure) => Math.abs(endUs - (exit.earliestUs + exit.latestUs) / 2);
  return ending.toSorted((a, b) => far(a) - far(b))[0]?.pod ?? null;
}

/** When replicas ended, or may have, of which it is not known that they were told to go and how they went. */
function endsOfOthers({ events }: RunFacts, departures: ReadonlyMap<string, Departure>): Interval[] {
  return events.flatMap((event): Interval[] => {
    const pod = podOf(event);
    const { kind, earliestUs, latestUs } = event;
    if (pod === null || event.subject.kind === 'endpoint') return [];
    // One that went may have crashed before it was told to.
    if (latestUs >= (departures.get(pod)?.told.earliestUs ?? Number.POSITIVE_INFINITY)) return [];
    if (kind === 'terminating') return [{ earliestUs, latestUs: Number.POSITIVE_INFINITY }];
    return kind === 'exited' || kind === 'killed' ? [{ earliestUs, latestUs }] : [];
  });
}
