import type { BlindSpot } from '../../../record/facts.ts';

/** What a run of a script leaves unseen. */
export interface Unseen {
  /** Requests that may have been sent twice. */
  repeatsPossible: number;
  /** Requests that did not go through our module. */
  withoutId: number;
  /** Requests were due at a rate, and what k6 had no VU for is known. */
  isPaced: boolean;
}

/** What k6 keeps to itself of a lane. */
export function blindSpots({ repeatsPossible, withoutId, isPaced }: Unseen): BlindSpot[] {
  const spots: BlindSpot[] = [
    { what: 'bytes after the end of an answer', hides: 'kind' },
    { what: 'how many bytes came', hides: 'kind' },
  ];
  // golang/go#48438: of the two, the second alone is told.
  if (repeatsPossible > 0)
    spots.push({
      what: 'a GET whose kept connection broke before the first byte: k6 sends it again, and tells of the second alone',
      hides: 'loss',
      shownByLedger: true,
    });
  if (withoutId > 0)
    spots.push({
      what: 'a request that k6 cut at its end: without hitless.ts the script leaves no line of it',
      hides: 'loss',
    });
  if (!isPaced)
    spots.push({ what: 'how late a request was: k6 tells when it began it, not when it was due', hides: 'time' });
  return spots;
}
