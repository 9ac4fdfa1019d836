import type { FlowAnswer } from './flow.ts';

/**
 * What ends a visit whose answer is not good. The attempt has failed in the record by then; a flow that catches this goes on.
 */
export class NotGood extends Error {
  readonly answer: FlowAnswer;

  constructor(answer: FlowAnswer, why: string) {
    super(`${answer.method} ${answer.path}: ${why}`);
    this.name = 'NotGood';
    this.answer = answer;
  }
}

/** Whether what was thrown is the doing of an answer, by itself or as the cause of what a flow made of it. */
export function isOfAnswer(thrown: unknown): boolean {
  if (thrown instanceof NotGood) return true;
  if (thrown instanceof AggregateError) return thrown.errors.length > 0 && thrown.errors.every(isOfAnswer);
  return thrown instanceof Error && thrown.cause !== undefined && isOfAnswer(thrown.cause);
}
