import { durationUs } from '../../runner/scenario/duration.ts';
import type { Problem } from '../../runner/scenario/problem.ts';
import type { ConfigInput } from './model.ts';

type Budgets = NonNullable<ConfigInput['budgets']>;

/** A check as a scenario asks for it: `{ 'max-outage': { ms: 200 } }`. */
export type CheckItem = Record<string, Record<string, number>>;

/** The checks that hold somebody to his budgets; none where none is given. */
export function checksOfBudgets({ failures, outage, latency, recovery }: Budgets): CheckItem[] {
  return [
    ...(failures === undefined ? [] : [checkOfFailures(failures)]),
    ...(outage === undefined ? [] : [{ 'max-outage': { ms: msOf(outage) } }]),
    ...(latency === undefined ? [] : [{ latency: boundsOf(latency) }]),
    ...(recovery === undefined ? [] : [{ recovery: { ms: msOf(recovery) } }]),
  ];
}

/** What budgets must be to each other, and to the levels of their checks. */
export function budgetProblems({ budgets = {}, checks = {} }: ConfigInput): Problem[] {
  const asked = checksOfBudgets(budgets).flatMap((item) => Object.keys(item));
  const off = asked.filter((check) => checks[check] === 'off');
  return [
    ...off.map((check): Problem => {
      const message = `checks.${check}: it is off, and the budgets ask for it: leave one of the two out`;
      return { path: ['checks', check], at: 'value', message };
    }),
    ...outageProblems(budgets),
  ];
}

/** A request that failed is an outage, if a short one: a budget for the first alone would allow nothing. */
function outageProblems({ failures = 0, outage }: Budgets): Problem[] {
  if (isNone(failures) || outage !== undefined) return [];
  const message =
    'budgets.failures: each request that fails is an outage too: say in budgets.outage how long one may be, such as 500ms';
  return [{ path: ['budgets', 'failures'], at: 'value', message }];
}

function checkOfFailures(failures: NonNullable<Budgets['failures']>): CheckItem {
  if (isNone(failures)) return { 'zero-failed': {} };
  return { 'failure-budget': typeof failures === 'number' ? { failures } : { percent: Number.parseFloat(failures) } };
}

function isNone(failures: NonNullable<Budgets['failures']>): boolean {
  return Number.parseFloat(String(failures)) === 0;
}

function boundsOf(latency: NonNullable<Budgets['latency']>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(latency).flatMap(([name, bound]) => (bound === undefined ? [] : [[name, msOf(bound)]])),
  );
}

function msOf(duration: string): number {
  return durationUs(duration) / 1000;
}
