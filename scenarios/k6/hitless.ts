/**
 * Requests that hitless can follow one by one: import `get`, `post` or `request` from here in place of those of k6/http.
 * Any k6 from 1.0 on runs it, alone too. One request at a time in a VU: no http.batch, no asyncRequest.
 */
import exec from 'k6/execution';
import http, { type RefinedParams, type RefinedResponse, type RequestBody } from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';

export type Answer = RefinedResponse<'text'>;

export interface Params extends Omit<RefinedParams<'text'>, 'responseType'> {
  /** What the request is called in k6's metrics and in reports; by default its path. */
  name?: string;
  /** Statuses of a good answer; by default 200 to 299. */
  statuses?: number[];
  /** What is wrong with an answer, in a few words; undefined or true: nothing. */
  expect?: (answer: Answer) => string | boolean | undefined;
}

const env = __ENV;
/** Where the app is; hitless says so. */
export const baseUrl = (env.HITLESS_URL ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
const runTag = env.HITLESS_RUN ?? `k6-${Date.now().toString(36)}`;
const timeout = env.HITLESS_TIMEOUT ?? '30s';
const statusesOfLane = (env.HITLESS_STATUSES ?? '').split(',').flatMap((text) => (text === '' ? [] : [Number(text)]));

// A point before a request tells when it began: k6 keeps no time of a connection that failed, and writes no line at all
// of a request that its end cuts. The point after it says who answered. Both are found by the id in their metadata.
const begun = new Counter('hl_begin');
const ended = new Trend('hl_req', true);

let requests = 0;

export function get(path: string, params?: Params): Answer {
  return request('GET', path, null, params);
}

export function post(path: string, body?: RequestBody | null, params?: Params): Answer {
  return request('POST', path, body, params);
}

/** Sends one request and waits for its answer; `path`: below the app's URL, or a whole URL. */
export function request(method: string, path: string, body?: RequestBody | null, params: Params = {}): Answer {
  const { name, statuses, expect, ...rest } = params;
  const url = path.startsWith('/') ? baseUrl + path : path;
  const id = `${runTag}-${exec.vu.idInTest}-${++requests}`;
  const { metadata } = exec.vu.metrics;
  const called = name ?? path.split(/[?#]/)[0] ?? path;
  metadata.hl_id = id;
  begun.add(1, { method, name: called });
  const from = Date.now();
  try {
    const answer = http.request(method, url, body, {
      redirects: 0,
      timeout,
      responseCallback: http.expectedStatuses(...expectedOf(statuses ?? statusesOfLane)),
      ...rest,
      responseType: 'text',
      headers: { ...rest.headers, 'x-request-id': id, 'x-hitless-id': id },
      tags: { ...rest.tags, name: called },
    });
    const fault = answer.error_code === 1020 ? answer.error : faultOf(answer, expect);
    identify(answer, metadata);
    if (fault !== undefined) metadata.detail = fault.slice(0, 200);
    ended.add(Date.now() - from, { outcome: fault === undefined ? 'ok' : 'invalid' });
    return answer;
  } catch (error) {
    metadata.detail = String(error).slice(0, 200);
    ended.add(Date.now() - from, { outcome: 'thrown' });
    throw error;
  } finally {
    // What the script sends by itself is not to carry them.
    for (const key of ['hl_id', 'replica', 'version', 'counter', 'address', 'detail']) delete metadata[key];
  }
}

function expectedOf(statuses: number[]): (number | { min: number; max: number })[] {
  return statuses.length > 0 ? statuses : [{ min: 200, max: 299 }];
}

/** Of an answer that did not come at all k6's own line says what was wrong. */
function faultOf(answer: Answer, expect: Params['expect']): string | undefined {
  if (expect === undefined || answer.status === 0) return undefined;
  const said = expect(answer);
  if (said === undefined || said === true) return undefined;
  return said === false ? 'not as expected' : said;
}

function identify(answer: Answer, metadata: Record<string, number | string | boolean>): void {
  if (answer.remote_ip) metadata.address = `${bracketed(answer.remote_ip)}:${answer.remote_port}`;
  let json: unknown;
  const sources = { replica: env.HITLESS_REPLICA, version: env.HITLESS_VERSION, counter: env.HITLESS_COUNTER };
  for (const [key, source] of Object.entries(sources)) {
    if (source === undefined) continue;
    if (json === undefined && source.startsWith('body:')) json = parsed(answer.body);
    const value = foundIn(answer, json, source);
    if (typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= 200))
      metadata[key] = String(value);
  }
}

function bracketed(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** `header:x-version`, or a JSON pointer (RFC 6901) into the body: `body:/name`. */
function foundIn(answer: Answer, json: unknown, source: string): unknown {
  if (source.startsWith('header:')) {
    const wanted = source.slice('header:'.length).toLowerCase();
    const found = Object.keys(answer.headers ?? {}).find((name) => name.toLowerCase() === wanted);
    return found === undefined ? undefined : answer.headers[found];
  }
  let value = json;
  for (const step of source.slice('body:'.length).split('/').slice(1)) {
    const key = step.replace(/~1/g, '/').replace(/~0/g, '~');
    if (typeof value !== 'object' || value === null || !Object.keys(value).includes(key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** null: it is none, and need not be tried again. */
function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : null;
  } catch {
    return null;
  }
}

/**
 * Options for the load that hitless asks for, or that `defaults` name where k6 runs alone: at a rate (requests that are
 * due whatever became of earlier ones), or unpaced by so many VUs. A request gets its time before the end cuts it.
 */
export function load(defaults: { rate?: number; seconds?: number; vus?: number } = {}): Options {
  const isOfHitless = env.HITLESS_RUN !== undefined;
  const connections = Number(env.HITLESS_CONNECTIONS ?? defaults.vus ?? 10);
  const rate = Number(env.HITLESS_RATE ?? defaults.rate ?? 50);
  const total = env.HITLESS_REQUESTS === undefined ? undefined : Number(env.HITLESS_REQUESTS);
  // hitless ends it, when the steps of the scenario are over.
  const seconds = isOfHitless ? 24 * 60 * 60 : (defaults.seconds ?? 30);
  const gracefulStop = `${Math.ceil(secondsOf(timeout)) + 5}s`;
  return {
    scenarios: { load: Number.isFinite(rate) ? paced() : unpaced() },
    noConnectionReuse: (env.HITLESS_CONNECTION ?? 'fresh') === 'fresh',
  };

  function paced() {
    // A VU waits for one answer: with too few of them a slow server would make k6 drop what is due.
    const vus = env.HITLESS_CONNECTION === 'kept' ? connections : Math.min(2000, Math.max(20, Math.ceil(rate * 2)));
    return {
      executor: 'constant-arrival-rate' as const,
      // k6 takes whole numbers: for 0.5 a second it is 500 in 1,000 seconds.
      ...(Number.isInteger(rate) ? { rate, timeUnit: '1s' } : { rate: Math.round(rate * 1000), timeUnit: '1000s' }),
      duration: total === undefined ? `${seconds}s` : `${Math.round((total * 1000) / rate)}ms`,
      preAllocatedVUs: vus,
      maxVUs: vus,
      gracefulStop,
    };
  }

  function unpaced() {
    if (total === undefined)
      return { executor: 'constant-vus' as const, vus: connections, duration: `${seconds}s`, gracefulStop };
    const vus = Math.min(connections, total);
    return { executor: 'shared-iterations' as const, vus, iterations: total, maxDuration: `${seconds}s`, gracefulStop };
  }
}

function secondsOf(duration: string): number {
  const [, amount = '30', unit = 's'] = /^([0-9.]+)(ms|s)$/.exec(duration) ?? [];
  return unit === 'ms' ? Number(amount) / 1000 : Number(amount);
}
