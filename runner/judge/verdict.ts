import type { Result, Verdict } from '../../record/result.ts';

const fromWorst: readonly Verdict[] = ['error', 'fail', 'inconclusive', 'pass'];

/** error > fail > inconclusive > pass; of none, pass. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  return [...verdicts].toSorted(byWorst)[0] ?? 'pass';
}

/** For sorting, the worst first. */
export function byWorst(a: Verdict, b: Verdict): number {
  return fromWorst.indexOf(a) - fromWorst.indexOf(b);
}

const exitCodes: Record<Verdict, number> = { pass: 0, fail: 1, error: 3, inconclusive: 4 };

/** 0 pass, 1 fail, 3 error, 4 inconclusive; of a scenario that says what it expects, 0 when that came and 1 when not. */
export function exitCodeOf({ verdict, expectation }: Pick<Result, 'verdict' | 'expectation'>): number {
  return expectation === null ? exitCodes[verdict] : expectation.met ? 0 : 1;
}
