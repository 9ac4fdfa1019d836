import { Type } from 'typebox';
import type { RunFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import type { Check, Finding } from './check.ts';
import { ZeroFailed } from './zero-failed.ts';

export interface FailureBudgetOptions {
  failures?: number;
  percent?: number;
}

/** zero-failed with room: a request counts as failed, or leaves in doubt, as it does there. */
export const failureBudget: Check<FailureBudgetOptions> = {
  name: 'failure-budget',
  summary: 'No more requests failed than the budget allows.',
  options: Type.Object(
    {
      failures: Type.Optional(Type.Integer({ minimum: 0, description: 'so many requests may fail' })),
      percent: Type.Optional(
        Type.Number({ minimum: 0, maximum: 100, description: 'so many in a hundred requests may fail, rounded down' }),
      ),
    },
    { additionalProperties: false },
  ),
  restsOn: 'losses',
  falseAlarm: 0,
  seesControlLanes: true,
  fold: ({ failures, percent }: FailureBudgetOptions, facts: RunFacts, lane: string | null): Fold<Finding> => {
    if (failures === undefined && percent === undefined) return noBudget();
    const share = percent === undefined ? Number.POSITIVE_INFINITY : percent / 100;
    // 0.1 % of 3,000 are 3, also where 3000 * 0.001 comes out a hair below.
    const allowed = (sent: number) => Math.min(failures ?? Number.POSITIVE_INFINITY, Math.floor(sent * share + 1e-9));
    return new ZeroFailed({}, facts, lane, allowed);
  },
};

function noBudget(): Fold<Finding> {
  const result: Finding = {
    verdict: 'not-applicable',
    message: 'No budget of failures was given.',
    hint: 'give a number of failures, or a percent',
    expected: null,
    actual: null,
  };
  return { batch: () => {}, done: () => ({ result }) };
}
