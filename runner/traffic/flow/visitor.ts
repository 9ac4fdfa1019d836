import { inspect } from 'node:util';
import type { Attempt } from '../../../record/attempt.ts';
import { nowUs } from '../../../record/clock.ts';
import type { Connection } from '../connection.ts';
import { CookieJar } from '../cookies.ts';
import type { Due } from '../lane-sender.ts';
import { assetsOf } from '../page-assets.ts';
import type { FlowAnswer, FlowBody, FlowOptions, FlowPage, FlowVisit } from './flow.ts';
import { AnswerInHand } from './flow-answer.ts';
import type { FlowRequest, FlowRequestOptions } from './flow-requests.ts';
import { Thoughts } from './thoughts.ts';
import type { VisitorConnections } from './visitor-connections.ts';
import type { Ask, VisitorHost } from './visitor-host.ts';

/**
 * One visitor: what its flow does, with connections and cookies of its own. Where the plan is over, or the flow is wrong,
 * it is not told: what it waits for just does not come any more, so that no `catch` of the flow can take that for an answer.
 */
export class Visitor {
  readonly id: string;
  readonly number: number;
  readonly cookies: CookieJar;
  readonly connections: VisitorConnections;
  readonly visit: FlowVisit;
  readonly #host: VisitorHost;
  readonly #random: () => number;
  readonly #thoughts = new Thoughts();
  /** Answered, and the flow may still say that they are not good. */
  #inHand: AnswerInHand[] = [];
  #latest: AnswerInHand | null = null;
  /** When what it does next was planned, where it has just come or thought. */
  #planned: Omit<Due, 'index'> | null;
  #asked = 0;
  #underWay = 0;
  #hasEnded = false;
  #isFrozen = false;
  /** When its flow last had something from us. */
  #resumedUs: number;

  constructor(
    id: string,
    due: Due,
    host: VisitorHost,
    options: { random: () => number; connections: VisitorConnections },
  ) {
    this.id = id;
    this.number = due.index;
    this.#host = host;
    this.#random = options.random;
    this.connections = options.connections;
    this.cookies = new CookieJar(options.connections.isSecure);
    this.#resumedUs = due.readyUs;
    this.#planned = due;
    this.#forgetPlanned(due);
    this.visit = this.#visit();
  }

  /** How many requests it has asked for. */
  get asked(): number {
    return this.#asked;
  }

  /** Nothing is under way, and nothing more will come of it. */
  get isDone(): boolean {
    return this.#underWay === 0 && (this.#hasEnded || this.#isFrozen);
  }

  /** What was asked for last. */
  get last(): string {
    return this.#latest === null ? 'no request' : `${this.#latest.method} ${this.#latest.path}`;
  }

  /** Its flow waits for nothing that we know of, and has since that moment; null: it does not. */
  get elsewhereSinceUs(): number | null {
    const isElsewhere = this.#underWay === 0 && this.#thoughts.count === 0 && !this.#hasEnded && !this.#isFrozen;
    return isElsewhere ? this.#resumedUs : null;
  }

  /** The flow has come to its end. */
  flowEnded(): void {
    this.#hasEnded = true;
    this.#looksUp();
  }

  /** No more thinking. */
  planEnded(): void {
    if (this.#thoughts.count > 0) this.freeze();
  }

  /** Nothing that its flow waits for comes any more. */
  freeze(): void {
    this.#isFrozen = true;
    this.#thoughts.drop();
    this.#looksUp();
  }

  leave(): void {
    this.#isFrozen = true;
    this.#thoughts.drop();
    this.#settle();
    this.connections.close();
  }

  /** What an assertion says is about the answer that came last; false: there is none, or the visit has gone on since. */
  brokeExpectation(message: string): boolean {
    return this.#latest?.fails(message) ?? false;
  }

  /** The end of an attempt. */
  ended(ask: Ask, attempt: Attempt, connection: Connection): void {
    for (const cookie of connection.headerValues('set-cookie')) this.cookies.store(cookie, ask.request.path);
    const body = attempt.status === null ? null : connection.body();
    const answer = new AnswerInHand({
      attempt,
      headers: attempt.status === null ? [] : connection.headers(),
      body: body === null ? null : Buffer.from(body),
      secrets: this.#host.secrets,
      misused: (what) => {
        throw this.#misused(what);
      },
    });
    this.#underWay--;
    this.#inHand.push(answer);
    this.#latest = answer;
    this.#resumes();
    ask.answered(answer);
    if (this.#isFrozen || this.#hasEnded) this.#looksUp();
  }

  /** The visitor may leave; not before its flow has done what it does at once with the answers that it has. */
  #looksUp(): void {
    setImmediate(() => this.#host.looksUp(this));
  }

  #visit(): FlowVisit {
    const send = (method: string, path: string, options?: FlowRequestOptions) => this.#send(method, path, options);
    const withBody = (method: string) => (path: string, body?: FlowBody, options?: FlowOptions) =>
      send(method, path, { ...options, body });
    return {
      id: this.id,
      number: this.number,
      data: {},
      random: this.#random,
      get: (path, options) => send('GET', path, options),
      delete: (path, options) => send('DELETE', path, options),
      post: withBody('POST'),
      put: withBody('PUT'),
      patch: withBody('PATCH'),
      request: send,
      page: (path, options) => handled(this.#page(path, options)),
      think: (ms, toMs) => this.#think(ms, toMs),
      expect: (condition, message) => {
        if (this.#latest === null) throw this.#misused(`expect ${inspect(message)} comes before any answer`);
        this.#latest.expect(condition, message);
      },
    };
  }

  #send(method: string, path: string, options?: FlowRequestOptions): Promise<FlowAnswer> {
    const request = this.#request(method, path, options);
    return request === null ? never() : handled(this.#answer(request));
  }

  /** null where the visit does not go on. */
  #request(method: string, path: string, options?: FlowRequestOptions): FlowRequest | null {
    if (!this.#goesOn()) return null;
    try {
      return this.#host.requests.of(method, path, options);
    } catch (error) {
      this.#misused((error as Error).message);
      return null;
    }
  }

  async #answer(first: FlowRequest): Promise<AnswerInHand> {
    let request = first;
    let answer = await this.#ask(request);
    for (;;) {
      const next = this.#host.requests.next(request, answer);
      if (next === null) break;
      request = next;
      answer = await this.#ask(request);
    }
    if (!answer.ok && !first.goOn) throw answer.notGood();
    return answer;
  }

  async #page(path: string, options?: FlowOptions): Promise<FlowPage> {
    const request = this.#request('GET', path, options);
    if (request === null) return never();
    const answer = await this.#answer(request);
    if (!answer.ok) return { answer, assets: [] };
    const assets: AnswerInHand[] = [];
    for (const asset of assetsOf(answer.bytes(), answer.path))
      assets.push(await this.#ask(this.#host.requests.asset(asset), `${answer.id}.${assets.length + 1}`));
    const bad = assets.find(({ ok }) => !ok);
    if (bad !== undefined && !request.goOn) throw bad.notGood();
    return { answer, assets };
  }

  /** `id`: of an asset. */
  #ask(request: FlowRequest, id: string | null = null): Promise<AnswerInHand> {
    if (this.#host.isOver && this.#asked > 0) this.freeze();
    if (this.#isFrozen) return never();
    this.#asked++;
    this.#underWay++;
    const planned = this.#planned;
    this.#planned = null;
    const now = nowUs();
    return new Promise((answered) => {
      this.#host.ask({
        visitor: this,
        id: id ?? `${this.id}.${this.#asked}`,
        request,
        isAsset: id !== null,
        intendedUs: Math.min(planned?.intendedUs ?? now, now),
        // One that has come was ready then; one that has thought is when the lane gets to it.
        readyUs: this.#asked === 1 ? (planned?.readyUs ?? null) : null,
        answered,
      });
    });
  }

  #think(ms: number, toMs: number = ms): Promise<void> {
    if (!Thoughts.canLast(ms, toMs)) {
      this.#misused(
        `think takes milliseconds, or two of which the second is not smaller, got ${inspect(ms)}, ${inspect(toMs)}`,
      );
      return never();
    }
    if (!this.#goesOn()) return never();
    if (this.#host.isOver) {
      this.freeze();
      return never();
    }
    const thinksMs = ms === toMs ? ms : ms + (toMs - ms) * this.#random();
    return new Promise((resolve) => {
      this.#thoughts.begin(thinksMs, (plannedUs) => {
        this.#planned = { intendedUs: plannedUs, readyUs: plannedUs };
        this.#forgetPlanned(this.#planned);
        this.#resumes();
        resolve();
      });
    });
  }

  /** Whether the flow may do what it begins now. What came before can be spoken of no more. */
  #goesOn(): boolean {
    if (this.#hasEnded && !this.#isFrozen)
      this.#misused('it asked for something after it had ended: is an await missing?');
    this.#settle();
    return !this.#isFrozen;
  }

  #settle(): void {
    if (this.#inHand.length === 0) return;
    this.#host.settle(this.#inHand.map((answer) => answer.settle()));
    this.#inHand = [];
  }

  /** The flow is wrong: it gets nothing any more. */
  #misused(what: string): Error {
    const error = this.#host.misused(what);
    this.freeze();
    return error;
  }

  #resumes(): void {
    this.#resumedUs = nowUs();
    this.#host.resumes();
  }

  /** What the flow does not do at once was not planned for then. */
  #forgetPlanned(planned: Omit<Due, 'index'>): void {
    setImmediate(() => {
      if (this.#planned === planned) this.#planned = null;
    });
  }
}

/** What waits for it stays where it is. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** Where nobody waits for it, the attempt has failed and that is all. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
