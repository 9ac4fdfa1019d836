import type { Verdict } from '../../record/result.ts';

const fromWorst: readonly Verdict[] = ['error', 'fail', 'inconclusive', 'pass'];

/** error > fail > inconclusive > pass; of none, pass. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  return [...verdicts].toSorted(byWorst)[0] ?? 'pass';
}

/** For sorting, the worst first. */
export function byWorst(a: Verdict, b: Verdict): number {
  return fromWorst.indexOf(a) - fromWorst.indexOf(b);
}
