import { timesMoreOften } from './by-time.ts';
import { type Cut, isKept } from './cut.ts';
import { type Departure, isHookTooLong } from './departure.ts';
import type { ServedAfter, Survey } from './survey.ts';

export type CauseId =
  | 'sigterm-ignored'
  | 'keep-alive-not-drained'
  | 'grace-too-short'
  | 'prestop-too-long'
  | 'immediate-exit'
  | 'kept-connections-cut';

/** A request of which it is known why it was lost. */
export interface Loss {
  id: CauseId;
  cut: Cut;
  departure: Departure;
}

/** From SIGTERM to the exit of an app that does not finish what it has in hand. */
const atOnceUs = 1_000_000;
/** From SIGTERM until an app that closes its connections at once has done so, on a busy machine. */
const promptUs = 500_000;
/** Past 128 is the number of a signal that ended it. These two end an app that was told to go. */
const toldToGo = [143, 130];

/** The losses that the way in which their replica went explains; no other is claimed. */
export function explainedLosses(survey: Survey): Loss[] {
  const byPod = Map.groupBy(survey.cuts, ({ pod }) => pod ?? '');
  const found = [...survey.departures.values()].flatMap((departure) => {
    const cuts = byPod.get(departure.pod) ?? [];
    const { atKill = [], others = [] } = Object.groupBy(cuts, (cut) =>
      departure.isKilledAtGrace && isAtKill(cut, departure) ? 'atKill' : 'others',
    );
    return [...killed(atKill, departure, survey), ...toldOff(others, departure)];
  });
  if (isOutstanding(found, survey)) return found;
  return found.filter(({ id }) => id !== 'kept-connections-cut');
}

function isAtKill({ sentUs, endUs }: Cut, { killed, exit }: Departure): boolean {
  return endUs >= (killed ?? exit).earliestUs && sentUs <= exit.latestUs;
}

/** A replica that still took requests shows it; of another it is known where its requests outlast what the grace leaves. */
function killed(cuts: readonly Cut[], departure: Departure, survey: Survey): Loss[] {
  const { sigterm } = departure;
  const outlasting = cuts.some(({ sentUs }) => sentUs <= sigterm.earliestUs);
  return cuts.flatMap((cut): Loss[] => {
    const isAfter = cut.sentUs > sigterm.latestUs;
    const taking = isAfter ? takingStill(departure, survey) : null;
    if (taking !== null) return [{ id: taking, cut, departure }];
    if (!outlasting) return [];
    return [{ id: isHookTooLong(departure) ? 'prestop-too-long' : 'grace-too-short', cut, departure }];
  });
}

/**
 * Whether the app did not begin to end at SIGTERM: one that does answers at most once more on each connection that it has. The
 * replicas of an app are alike. null where that is not seen.
 */
function takingStill({ app }: Departure, survey: Survey): 'sigterm-ignored' | 'keep-alive-not-drained' | null {
  const alike = servedAfter(app, survey);
  if (!alike.some(({ mostOnOne }) => mostOnOne >= 2)) return null;
  const isAccepting = alike.some(({ accepted }) => accepted > 0) || probedAfter(app, survey) === 'answered';
  return isAccepting ? 'sigterm-ignored' : 'keep-alive-not-drained';
}

/** What became, after SIGTERM, of readiness probes that come on new connections; null where that does not show. */
export function probedAfter(app: string, { departures }: Survey): 'answered' | 'failed' | null {
  const alike = [...departures.values()].filter((one) => one.app === app);
  if (alike.some(({ becameUnready }) => becameUnready)) return 'failed';
  return alike.some(hadTimeToFail) ? 'answered' : null;
}

function hadTimeToFail({ workload, sigterm, exit }: Departure): boolean {
  return exit.earliestUs - sigterm.latestUs >= (workload.unreadySeconds ?? Number.POSITIVE_INFINITY) * 1e6;
}

export function servedAfter(app: string, { departures, served }: Survey): ServedAfter[] {
  return [...served].filter(([pod]) => departures.get(pod)?.app === app).map(([, one]) => one);
}

/** What an app cut off itself, between SIGTERM and its exit. A crash, or a kill that was not the grace's, is another matter. */
function toldOff(cuts: readonly Cut[], departure: Departure): Loss[] {
  const { sigterm, exit, afterUnknownHook, isKilledAtGrace } = departure;
  if (afterUnknownHook || (!isKilledAtGrace && !isOwnExit(departure))) return [];
  const within = cuts.filter(({ sentUs, endUs }) => endUs >= sigterm.earliestUs && sentUs <= exit.latestUs);
  const inHand = within.some(({ sentUs }) => sentUs < sigterm.earliestUs);
  if (inHand && isOwnExit(departure) && exit.earliestUs - sigterm.earliestUs <= atOnceUs)
    return within.map((cut) => ({ id: 'immediate-exit', cut, departure }));
  return within
    .filter((cut) => isKept(cut) && cut.outcome !== 'truncated')
    .filter(({ sentUs, endUs }) => sentUs >= sigterm.earliestUs || isAtSigterm(endUs, departure))
    .map((cut) => ({ id: 'kept-connections-cut', cut, departure }));
}

/** As the app was told to go, and not when it gave up what it had in hand. */
function isAtSigterm(endUs: number, { sigterm, exit }: Departure): boolean {
  return endUs <= sigterm.latestUs + promptUs && endUs < exit.earliestUs;
}

function isOwnExit({ exit: { code, signal }, killed }: Departure): boolean {
  if (killed !== null || code === null) return false;
  return code < 128 ? signal === null || signal === 'SIGTERM' : toldToGo.includes(code);
}

/** Kept connections are cut far more often as replicas go than at other times. */
function isOutstanding(losses: readonly Loss[], { reused }: Survey): boolean {
  const cut = losses.filter(({ id }) => id === 'kept-connections-cut').length;
  const share = cut / Math.max(1, cut, reused.leaving);
  return share >= timesMoreOften * (reused.cutOfOthers / Math.max(1, reused.others));
}
