import type { OutageResult } from './result.ts';

/**
 * The outages worth telling, and to be counted, in the order given. Where a part of a lane's requests fails, a few of them
 * in a row are a small outage of their own, many times: those within a longer partial one are told with it.
 */
export function outagesToTell(outages: readonly OutageResult[]): OutageResult[] {
  const partial = Map.groupBy(
    outages.filter(({ kind }) => kind === 'partial').toSorted((a, b) => a.fromMs - b.fromMs),
    ({ lane }) => lane,
  );
  return outages.filter(
    (outage) => outage.kind === 'partial' || !isToldWithAny(outage, partial.get(outage.lane) ?? []),
  );
}

/** Whether an outage is told with a longer one of its lane. */
export function isWithin(outage: OutageResult, whole: OutageResult): boolean {
  return (
    outage.lane === whole.lane && outage.fromMs < endMs(whole) && endMs(outage) > whole.fromMs && outage.ms <= whole.ms
  );
}

/** `partial`: of its lane, by start; they share no failure, so only a few overlap with it. */
function isToldWithAny(outage: OutageResult, partial: readonly OutageResult[]): boolean {
  let low = 0;
  let high = partial.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((partial[middle] as OutageResult).fromMs < endMs(outage)) low = middle + 1;
    else high = middle;
  }
  for (let at = low - 1; at >= 0 && endMs(partial[at] as OutageResult) > outage.fromMs; at--)
    if (isWithin(outage, partial[at] as OutageResult)) return true;
  return false;
}

function endMs({ toMs }: OutageResult): number {
  return toMs ?? Number.POSITIVE_INFINITY;
}
