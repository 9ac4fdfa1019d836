import { inspect } from 'node:util';
import type { Identity } from '../../../record/facts.ts';
import { expectationOf } from '../../scenario/lanes.ts';
import { LaneModel } from '../../scenario/model/lane.ts';
import { expectProblems } from '../../scenario/rules.ts';
import { schemaProblems } from '../../scenario/schema-problems.ts';
import type { LaneWork } from '../exchange.ts';
import { headerFault } from '../header-value.ts';
import { type AnswerJudge, Judge } from '../judge.ts';
import { canBeAsked, headersOf, isReserved, isToken, type RequestBytes, writeRequest } from '../request.ts';
import type { FlowBody, FlowOptions } from './flow.ts';
import type { AnswerInHand } from './flow-answer.ts';
import { RedirectsToo, redirectOf } from './redirects.ts';

/** A request that can go out as often as it has to, each time with an id and cookies. */
export interface FlowRequest {
  method: string;
  path: string;
  work: LaneWork;
  /** How many redirects are followed. */
  follow: number;
  goOn: boolean;
  headers: ReadonlyMap<string, string>;
  body: Buffer | null;
}

export type FlowRequestOptions = FlowOptions & { body?: FlowBody | undefined };

/** As many as browsers follow (Fetch Standard, HTTP-redirect fetch: 20) are a loop; a way in has two or three. */
const usualRedirects = 10;

const known = ['headers', 'expect', 'goOn', 'follow', 'body'];
/** Expectations that are kept: compiling a JSON Schema takes some milliseconds. */
const mostJudges = 100;

const problemsOfExpect = schemaProblems(LaneModel.properties.expect, 'expect');

/** Makes requests of what a flow asks for, as the lane says of all of them. */
export class FlowRequests {
  readonly #work: LaneWork;
  readonly #identity: Identity;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #origin: string;
  readonly #base: string;
  readonly #judges = new Map<string, AnswerJudge>();

  /** `host`: what the Host header says unless the lane says otherwise. */
  constructor(work: LaneWork, identity: Identity, { host, isSecure }: { host: string; isSecure: boolean }) {
    this.#work = work;
    this.#identity = identity;
    this.#headers = headersOf(work.lane, host);
    this.#origin = `${isSecure ? 'https' : 'http'}://${host}`;
    this.#base = work.lane.flow?.base ?? '';
  }

  /** Throws a TypeError with the words for it where the flow asks for what cannot be asked. */
  of(method: string, path: string, options: FlowRequestOptions = {}): FlowRequest {
    if (typeof method !== 'string' || !isToken(method) || method === 'CONNECT')
      throw new TypeError(`the method ${inspect(method)} cannot be asked with`);
    if (typeof path !== 'string' || !canBeAsked(path))
      throw new TypeError(
        `the path ${inspect(path)} cannot be asked for: one starts with / and has what is no ASCII encoded (encodeURI)`,
      );
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new TypeError(`there is no option ${inspect(unknown)}; there are ${known}`);
    const { headers = {}, expect, goOn = false } = options;
    const { body, type } = bodyOf(options.body);
    const all = new Map(this.#headers);
    if (type !== null) all.set('content-type', type);
    for (const [name, value] of Object.entries(headers)) all.set(name.toLowerCase(), assertHeader(name, value));
    const follow = followOf(options.follow);
    return this.#to(this.#base + path, { method, follow, goOn, headers: all, body, judge: this.#judge(expect) });
  }

  /** What a page names, by a path as the page names it. */
  asset(path: string): FlowRequest {
    return this.#to(path, {
      method: 'GET',
      follow: 0,
      goOn: true,
      headers: this.#headers,
      body: null,
      judge: this.#work.judge,
    });
  }

  /** Where an answer sends the visitor next; null: nowhere, or not to the same origin. */
  next(request: FlowRequest, answer: AnswerInHand): FlowRequest | null {
    if (request.follow === 0 || answer.status === null) return null;
    const path = redirectOf(answer.status, answer.header('location'), this.#origin + request.path);
    if (path === null) return null;
    const judge = request.work.judge instanceof RedirectsToo ? request.work.judge.last : request.work.judge;
    const kept = { ...request, follow: request.follow - 1, judge };
    return this.#to(path, staysAsIt(answer.status, request.method) ? kept : withoutBody(kept));
  }

  #to(path: string, { judge, ...rest }: Omit<FlowRequest, 'path' | 'work'> & { judge: AnswerJudge }): FlowRequest {
    const lenient = rest.follow > 0 ? new RedirectsToo(judge, this.#origin + path) : judge;
    return { ...rest, path, work: lenient === this.#work.judge ? this.#work : { ...this.#work, judge: lenient } };
  }

  #judge(expect: FlowOptions['expect']): AnswerJudge {
    if (expect === undefined) return this.#work.judge;
    const key = JSON.stringify(expect);
    const kept = this.#judges.get(key);
    if (kept !== undefined) return kept;
    const [problem] = [...problemsOfExpect(expect, ['expect']), ...expectProblems(expect, ['expect'])];
    if (problem !== undefined) throw new TypeError(problem.message);
    const judge = new Judge({ ...this.#work.lane, expect: expectationOf(expect) }, this.#identity);
    if (this.#judges.size < mostJudges) this.#judges.set(key, judge);
    return judge;
  }
}

export function bytesOf(
  { method, path, headers, body }: FlowRequest,
  id: string,
  cookies: string | null,
): RequestBytes {
  return writeRequest({ method, path, headers, body }, id, headers.has('cookie') ? null : cookies);
}

/** RFC 9110, 15.4: all clients make a GET of a POST by 301 and 302, and 303 is for that. */
function staysAsIt(status: number, method: string): boolean {
  if (status === 303) return method === 'GET' || method === 'HEAD';
  return status === 307 || status === 308 || method !== 'POST';
}

function withoutBody<T extends Pick<FlowRequest, 'method' | 'headers' | 'body'>>(request: T): T {
  const headers = new Map(request.headers);
  headers.delete('content-type');
  return { ...request, method: 'GET', headers, body: null };
}

function followOf(follow: FlowOptions['follow'] = false): number {
  if (typeof follow === 'boolean') return follow ? usualRedirects : 0;
  if (Number.isInteger(follow) && follow >= 0 && follow <= 100) return follow;
  throw new TypeError(`follow: expected true or a whole number up to 100, got ${inspect(follow)}`);
}

function assertHeader(name: string, value: unknown): string {
  if (!isToken(name)) throw new TypeError(`the header name ${inspect(name)} cannot be sent`);
  if (isReserved(name)) throw new TypeError(`the header ${name} is written by hitless itself`);
  if (typeof value !== 'string') throw new TypeError(`the header ${name}: expected text, got ${inspect(value)}`);
  if (/^(\S+ )?env:/.test(value))
    throw new TypeError(
      `the header ${name}: env: stands in the lane's request.headers, where its value is kept secret`,
    );
  const fault = headerFault(value);
  if (fault !== undefined) throw new TypeError(`the header ${name}: ${fault}`);
  return value;
}

function bodyOf(body: FlowBody | undefined): { body: Buffer | null; type: string | null } {
  if (body === undefined) return { body: null, type: null };
  if (typeof body === 'string') return { body: Buffer.from(body), type: null };
  if (body instanceof URLSearchParams)
    return { body: Buffer.from(body.toString()), type: 'application/x-www-form-urlencoded' };
  if (body instanceof Uint8Array) return { body: Buffer.from(body), type: null };
  const json = typeof body === 'object' ? JSON.stringify(body) : undefined;
  if (json === undefined) throw new TypeError(`the body ${inspect(body)} cannot be sent`);
  return { body: Buffer.from(json), type: 'application/json' };
}
