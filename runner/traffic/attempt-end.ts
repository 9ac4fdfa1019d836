import type { Attempt } from '../../record/attempt.ts';
import type { Answer } from './answer.ts';
import { type Ending, type Loss, lostConnection } from './outcome.ts';

/** Puts its end into an attempt. `status`: of the answer that it got, null where no head came whole. */
export function endAs(attempt: Attempt, ending: Ending, status: number | null, endUs: number): void {
  attempt.endUs = endUs;
  attempt.outcome = ending.outcome;
  attempt.phase = ending.phase;
  attempt.detail = ending.detail;
  attempt.status = status;
  attempt.handled = handled(attempt);
  if (ending.outcome !== 'unsent') return;
  attempt.sentUs = null;
  attempt.connection = null;
  attempt.address = null;
}

function handled({ status, phase, outcome }: Attempt): Attempt['handled'] {
  if (status !== null) return 'yes';
  return outcome === 'unsent' || phase === 'resolve' || phase === 'connect' || phase === 'tls' ? 'no' : 'unknown';
}

/** How a connection was cut under an attempt, and when. */
interface Cut extends Pick<Loss, 'by' | 'phase'> {
  us: number;
}

/** What a cut makes of an attempt that had gone out; `answer`: as much of it as came. */
export function lossOf({ bytes, method, idleUs, sentUs }: Attempt, { keepAliveUs }: Answer, cut: Cut): Ending {
  const { by, phase, us } = cut;
  return lostConnection({ by, phase, bytes, method, idleUs, keepAliveUs, sinceSentUs: us - (sentUs as number) });
}
