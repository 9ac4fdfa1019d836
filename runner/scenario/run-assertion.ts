import { Type } from 'typebox';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from '../check/check.ts';
import { type RunView, RunViewer } from './run-view.ts';

/**
 * What must hold for a whole run of one scenario. As an assertion about an attempt: nothing or true where it holds, false
 * or a text where it does not, or an error. Or a finding of its own, with a verdict and a sentence that says why.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that only asserts returns nothing
export type RunAssertion = (run: RunView) => void | boolean | string | RunFinding;

export type RunFinding = Pick<Finding, 'verdict' | 'message' | 'hint'> & { expected?: unknown; actual?: unknown };

const verdicts: readonly unknown[] = ['pass', 'fail', 'inconclusive', 'warn'];

/** Makes a check of an assertion about a run. */
export function runAssertionCheck(name: string, assertRun: RunAssertion): Check {
  return {
    name,
    summary: 'an assertion of this scenario about the whole run',
    options: Type.Object({}),
    falseAlarm: 0,
    fold: (_, facts, lane): Fold<Finding> => {
      const view = new RunViewer(facts, lane);
      return {
        batch: (rows: AttemptBatch) => view.add(rows),
        done: () => ({ result: findingOf(assertRun, view) }),
      };
    },
  };
}

function findingOf(assertRun: RunAssertion, view: RunView): Finding {
  const expected = 'holds for the run';
  const broken = (message: string): Finding => ({ verdict: 'fail', message, expected, actual: null });
  try {
    const said: unknown = assertRun(view);
    if (said === undefined || said === true)
      return { verdict: 'pass', message: 'it held for the run', expected, actual: null };
    if (typeof said === 'string') return broken(said);
    if (isFinding(said)) return { expected, actual: null, ...said };
    // A promise would otherwise pass for a yes.
    return broken(`the assertion returned ${typeof said === 'object' ? 'an object that is no finding' : said}`);
  } catch (error) {
    return broken(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function isFinding(said: unknown): said is RunFinding {
  if (typeof said !== 'object' || said === null) return false;
  const { verdict, message } = said as Record<string, unknown>;
  return verdicts.includes(verdict) && typeof message === 'string';
}
