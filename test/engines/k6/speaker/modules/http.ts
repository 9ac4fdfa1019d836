import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { HttpAnswer } from '../messages.ts';
import { metadataNow, state, tagsNow, textsOf } from '../state.ts';

interface Params {
  headers?: Record<string, unknown>;
  tags?: Record<string, unknown>;
  timeout?: string | number;
  redirects?: number;
  responseCallback?: { ranges: { min: number; max: number }[] };
}

/** Blocks, as k6's does. */
export function request(method: string, url: string, body?: string | null, params: Params = {}): unknown {
  if (!URL.canParse(url)) return { ...none, error: `invalid URL: ${url}`, error_code: 1020 };
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { name = url, ...tags } = textsOf(params.tags);
  state.tell({
    kind: 'http',
    signal,
    spec: {
      method,
      url,
      body: body ?? null,
      headers: textsOf(params.headers),
      timeout: msOf(params.timeout ?? 60_000),
      redirects: params.redirects ?? 10,
      tags: { ...tagsNow(), ...tags, name, method, url: name },
      metadata: metadataNow(),
      expected: params.responseCallback?.ranges ?? null,
    },
  });
  Atomics.wait(signal, 0, 0);
  const answer = (receiveMessageOnPort(workerData.answers) as { message: HttpAnswer }).message;
  return { ...none, ...answer };
}

const none = {
  status: 0,
  error: '',
  error_code: 0,
  headers: {},
  body: null,
  remote_ip: '',
  remote_port: 0,
  timings: {},
};

export function get(url: string, params?: Params): unknown {
  return request('GET', url, null, params);
}

export function post(url: string, body?: string | null, params?: Params): unknown {
  return request('POST', url, body, params);
}

export function expectedStatuses(...statuses: (number | { min: number; max: number })[]) {
  return { ranges: statuses.map((one) => (typeof one === 'number' ? { min: one, max: one } : one)) };
}

function msOf(timeout: string | number): number {
  if (typeof timeout === 'number') return timeout;
  const [, amount = '60', unit = 's'] = /^([0-9.]+)(ms|s|m)$/.exec(timeout) ?? [];
  return Number(amount) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
}

export default { request, get, post, expectedStatuses };
