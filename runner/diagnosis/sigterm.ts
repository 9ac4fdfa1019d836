import type { Ending, Event } from '../../record/event.ts';

/** Microseconds of the run's clock between which something happened. */
export interface Interval {
  earliestUs: number;
  latestUs: number;
}

/** A kubelet hears of a deletion by its watch, and of a hook's end in its own time. */
const kubeletLagUs = 2_000_000;
/** However little is left of the grace, an app gets this long after SIGTERM (minimumGracePeriodInSeconds, pkg/kubelet/kuberuntime). */
const leastGraceUs = 2_000_000;

interface Leaving {
  /** What is known of the replica. */
  own: readonly Event[];
  told: Event;
  ending: Ending;
  /** Where the end of its grace killed it: by then. */
  killedByUs?: number;
}

interface Sigterm {
  sigterm: Interval;
  /** Before it there was a hook of which nobody knows how long it took. */
  afterUnknownHook: boolean;
}

/**
 * When a replica's app was sent SIGTERM: as the platform tells, else by when its kubelet began to stop it and how long its hook
 * sleeps. Where it was killed at the end of its grace that was what the hook had left of it later.
 */
export function sigtermOf({ own, told, ending, killedByUs }: Leaving): Sigterm {
  const after = own.filter(({ latestUs }) => latestUs >= told.earliestUs);
  const sent = after.find(({ kind, signal }) => kind === 'signalled' && signal === 'SIGTERM');
  if (sent !== undefined) return { sigterm: intervalOf(sent), afterUnknownHook: false };
  const stopping = after.find(({ kind }) => kind === 'stopping');
  const failed = after.find(({ kind }) => kind === 'prestop-failed');
  const begun = {
    earliestUs: Math.max(told.earliestUs, stopping?.earliestUs ?? 0),
    latestUs: Math.max(told.latestUs, stopping?.latestUs ?? 0),
  };
  const { leastUs, mostUs, known } =
    ending.preStop && failed !== undefined ? failedHook(ending, begun, failed) : hookOf(ending, stopping);
  const earliestUs = begun.earliestUs + leastUs;
  const byReportsUs = begun.latestUs + mostUs + kubeletLagUs;
  const byKillUs = killedByUs === undefined ? byReportsUs : killedByUs - leftUs(ending, mostUs);
  const latestUs = Math.max(earliestUs, Math.min(byReportsUs, byKillUs));
  return { sigterm: { earliestUs, latestUs }, afterUnknownHook: !known };
}

/** How long a hook took, at the least and at the most: it gets no more than the grace. */
interface Hook {
  leastUs: number;
  mostUs: number;
  known: boolean;
}

/**
 * One that has more to do than its grace fails too, when its container ends under it: it took all of that where it failed so much
 * later, or would have slept for as long and did not fail at once.
 */
function failedHook({ preStopSeconds, graceSeconds }: Ending, begun: Interval, failed: Interval): Hook {
  const graceUs = graceSeconds * 1e6;
  const inGrace = (us: number) => Math.min(graceUs, Math.max(0, us));
  const leastUs = failed.earliestUs - begun.latestUs;
  const isCutOff = preStopSeconds !== undefined && preStopSeconds >= graceSeconds && leastUs > graceUs / 2;
  return {
    leastUs: isCutOff ? graceUs : inGrace(leastUs),
    mostUs: inGrace(failed.latestUs - begun.earliestUs),
    known: true,
  };
}

function hookOf({ preStop, preStopSeconds, preStopByCommand, graceSeconds }: Ending, stopping?: Event): Hook {
  if (!preStop) return { leastUs: 0, mostUs: 0, known: true };
  const graceUs = graceSeconds * 1e6;
  const sleepUs = preStopSeconds === undefined ? graceUs : Math.min(preStopSeconds * 1e6, graceUs);
  // That a command failed a kubelet reports as it does that it began: without any report nobody knows.
  const known = preStopSeconds !== undefined && (!preStopByCommand || stopping !== undefined);
  return { leastUs: known ? sleepUs : 0, mostUs: sleepUs, known };
}

/** What the hook left of the grace, at the least: a kubelet takes off the whole seconds that it took. */
function leftUs({ preStop, graceSeconds }: Ending, hookUs: number): number {
  const graceUs = graceSeconds * 1e6;
  return Math.max(leastGraceUs, preStop ? graceUs - hookUs - kubeletLagUs : graceUs);
}

export function intervalOf({ earliestUs, latestUs }: Interval): Interval {
  return { earliestUs, latestUs };
}
