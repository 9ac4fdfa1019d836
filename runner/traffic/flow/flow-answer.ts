import { inspect } from 'node:util';
import type { Attempt } from '../../../record/attempt.ts';
import { headerIn } from '../answer.ts';
import { withoutSecrets } from '../secrets.ts';
import type { FlowAnswer } from './flow.ts';
import { NotGood } from './not-good.ts';

/** What an answer is made of. */
export interface Answered {
  attempt: Attempt;
  /** Names and values in turn. */
  headers: readonly string[];
  /** Without its coding; null where none came whole, or it is longer than what is kept. */
  body: Buffer | null;
  secrets: readonly string[];
  /** The flow is wrong; does not come back to it. */
  misused(what: string): never;
}

/** The longest text that a row says of what is wrong. */
const longestDetail = 200;

/** An answer in a flow's hand. Its row is not written before the visit goes on: until then the flow can say that it is not good. */
export class AnswerInHand implements FlowAnswer {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
  readonly #answered: Answered;
  #isOpen = true;

  constructor(answered: Answered) {
    const { id, method, path, status } = answered.attempt;
    this.id = id;
    this.method = method;
    this.path = path;
    this.status = status;
    this.#answered = answered;
  }

  get ok(): boolean {
    return this.#answered.attempt.outcome === 'ok';
  }

  /** The visit goes on: its row is written as it is. Returns the attempt. */
  settle(): Attempt {
    this.#isOpen = false;
    return this.#answered.attempt;
  }

  header(name: string): string | null {
    return headerIn(this.#answered.headers, name.toLowerCase());
  }

  /** As it came, without its coding. */
  bytes(): Buffer {
    const { body, misused } = this.#answered;
    if (body !== null) return body;
    if (!this.ok) throw this.notGood();
    return misused(`the body of ${this.#name} is longer than 64 MiB and was not kept`);
  }

  text(): string {
    return this.bytes().toString();
  }

  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      if (!this.ok) throw this.notGood();
      const late = `the answer to ${this.#name} is not JSON, and the visit had gone on when that was seen; read it before the next request, or ask with expect: { json: true }`;
      return this.#fail('the body is not JSON', late);
    }
  }

  expect(condition: unknown, message: string): void {
    const { misused } = this.#answered;
    if (typeof message !== 'string' || message === '') misused(`expect needs a message, got ${inspect(message)}`);
    if (isPromise(condition)) misused(`expect ${inspect(message)} got a promise, which is never false; await it first`);
    const late = `expect ${inspect(message)} is about ${this.#name}, and the visit has gone on since; say it before the next request or pause`;
    if (!this.#isOpen && this.ok) misused(late);
    if (!condition) this.#fail(message, late);
  }

  /** It is not good, because of that; false: too late to say. */
  fails(why: string): boolean {
    const { attempt, secrets } = this.#answered;
    if (!this.#isOpen && this.ok) return false;
    if (!this.ok) return true;
    attempt.outcome = 'invalid';
    attempt.phase = 'validate';
    attempt.detail = withoutSecrets(why.replaceAll(/\s+/g, ' '), secrets).slice(0, longestDetail);
    return true;
  }

  /** What ends the visit because of this answer. */
  notGood(): NotGood {
    const { detail, outcome } = this.#answered.attempt;
    return new NotGood(this, detail === null ? outcome : `${outcome}, ${detail}`);
  }

  get #name(): string {
    return `${this.method} ${this.path}`;
  }

  #fail(why: string, late: string): never {
    if (!this.fails(why)) this.#answered.misused(late);
    throw new NotGood(this, why);
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
