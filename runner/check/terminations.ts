import type { Event } from '../../record/event.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { Stretch } from './stretch.ts';

/** A replica on its way out, from the earliest moment it may have been told to go until its end was surely seen. */
export interface Termination extends Stretch {
  pod: string;
  /** It did not end by itself: a SIGKILL, at the end of its grace or by whomever, ended it. */
  killed: boolean;
}

const begins: readonly Event['kind'][] = ['terminating', 'signalled', 'killed'];
/** Of the replica: one container of several may end before the others. */
const ends: readonly Event['kind'][] = ['exited', 'gone'];

/** The FIN of an exit may come a little after the exit was seen: `settle`, as after a rollout. */
const slackUs = 1_000_000;

/** Every termination in the run; one whose end was never seen has no end. */
export function terminations(facts: RunFacts): Termination[] {
  const open = new Map<string, Termination>();
  const all: Termination[] = [];
  for (const event of [...facts.events].sort((a, b) => a.latestUs - b.latestUs)) {
    const pod = podOf(event);
    if (pod === null) continue;
    const current = open.get(pod);
    if (current !== undefined && isKill(event)) current.killed = true;
    if (begins.includes(event.kind)) {
      if (current !== undefined) current.fromUs = Math.min(current.fromUs, event.earliestUs);
      else {
        const termination = { pod, fromUs: event.earliestUs, toUs: Number.POSITIVE_INFINITY, killed: isKill(event) };
        open.set(pod, termination);
        all.push(termination);
      }
    } else if (ends.includes(event.kind) && event.subject.kind !== 'container' && current !== undefined) {
      current.toUs = event.latestUs + slackUs;
      open.delete(pod);
    }
  }
  return all;
}

/** 137 is 128 + SIGKILL, whoever sent it. */
function isKill({ kind, exitCode, signal }: Event): boolean {
  return kind === 'killed' || (kind === 'exited' && (exitCode === 137 || signal === 'SIGKILL'));
}

/** Those that began while there was traffic and had not ended when it did: what they lost then is not known. */
export function unwatchedTerminations(facts: RunFacts): Termination[] {
  const { trafficFromUs, trafficToUs } = facts;
  return terminations(facts).filter(
    ({ fromUs, toUs }) => fromUs < trafficToUs && toUs >= trafficFromUs && toUs - slackUs > trafficToUs,
  );
}

/** The pod that an event is about, or null. A container's subject may be named `pod/container`. */
export function podOf(event: Event): string | null {
  const { kind, name } = event.subject;
  if (kind !== 'replica' && kind !== 'container' && kind !== 'endpoint') return null;
  return name.split('/', 1)[0] ?? null;
}
