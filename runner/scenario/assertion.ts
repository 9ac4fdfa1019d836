import { Type } from 'typebox';
import type { Attempt } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Check, Finding } from '../check/check.ts';

/**
 * What must hold for each good answer of one scenario: returns nothing or true where it does, and what is wrong where it
 * does not. One that throws says it with the error's message (so node:assert can be used).
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that only asserts returns nothing
export type Assertion = (attempt: Attempt, facts: RunFacts) => void | boolean | string;

/** How many of the attempts that an assertion does not hold for are told. */
const mostExamples = 5;

/** Makes a check of an assertion: it passes where there was a good answer and it held for each. */
export function assertionCheck(name: string, assertion: Assertion): Check {
  return {
    name,
    summary: 'an assertion of this scenario',
    options: Type.Object({}),
    falseAlarm: 0,
    fold: (_, facts, lane) => assertionFold(assertion, facts, lane),
  };
}

function assertionFold(assertion: Assertion, facts: RunFacts, lane: string | null): Fold<Finding> {
  let asked = 0;
  let broken = 0;
  const examples: string[] = [];

  function row(attempt: Attempt): void {
    const wrong = whatIsWrong(assertion, attempt, facts);
    asked++;
    if (wrong === undefined) return;
    broken++;
    if (examples.length < mostExamples) examples.push(`${attempt.id}: ${wrong}`);
  }

  function batch(rows: AttemptBatch): void {
    for (let i = 0; i < rows.length; i++) {
      const isOfLane = lane === null || rows.lane.at(i) === lane;
      if (isOfLane && rows.outcome.at(i) === 'ok') row(rows.attempt(i));
    }
  }

  function finding(): Finding {
    const expected = 'holds for every good answer';
    if (asked === 0)
      return {
        verdict: 'inconclusive',
        message: 'there was no good answer to ask about',
        hint: 'see zero-failed for why requests failed, or give the lane more time',
        expected,
        actual: 0,
      };
    if (broken === 0)
      return { verdict: 'pass', message: `it held for all ${asked} good answers`, expected, actual: asked };
    const message = `it did not hold for ${broken} of ${asked} good answers, first ${examples[0]}`;
    return { verdict: 'fail', message, expected, actual: { broken, asked, examples } };
  }

  return { batch, done: () => ({ result: finding() }) };
}

function whatIsWrong(assertion: Assertion, attempt: Attempt, facts: RunFacts): string | undefined {
  try {
    const said: unknown = assertion(attempt, facts);
    if (said === undefined || said === true) return undefined;
    // A promise would otherwise pass for a yes.
    return typeof said === 'string' ? said : `the assertion returned ${typeof said === 'object' ? 'an object' : said}`;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
