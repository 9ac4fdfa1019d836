import { readFileSync } from 'node:fs';
import type { VerifyArguments } from './verify-options.ts';
import { wrongUse } from './wrong-use.ts';

/** Enough that each is used again before a server's usual idle timeout, and that several replicas are met. */
const keptConnections = 5;

/** Half of the rate opens a connection for each request, as a new visitor; half goes on connections that are kept. */
export function lanesOf(args: VerifyArguments): object[] {
  return [
    { name: 'fresh', connection: 'fresh', ...laneOf(args) },
    { name: 'kept', connection: 'kept', connections: keptConnections, ...laneOf(args) },
  ];
}

function laneOf({ rate, status, resolution, ...args }: VerifyArguments): object {
  return {
    rate: rate / 2,
    request: requestOf(args),
    ...(status !== undefined && { expect: expectOf(status) }),
    ...(resolution !== undefined && { resolution }),
  };
}

/** `200,404` as a lane has it. Throws HITLESS_USAGE. */
export function expectOf(status: string): object {
  return { status: status.split(',').map(statusOf) };
}

/** What flags say of a request, as a lane has it. Throws HITLESS_USAGE. */
export function requestOf({
  url,
  path,
  method,
  header = [],
  data,
}: Pick<VerifyArguments, 'url' | 'path' | 'method' | 'header' | 'data'>): object {
  const { pathname, search } = URL.parse(url) ?? { pathname: '/', search: '' };
  return {
    method: method ?? (data === undefined ? 'GET' : 'POST'),
    path: path ?? `${pathname}${search}`,
    ...(header.length > 0 && { headers: Object.fromEntries(header.map(headerOf)) }),
    ...(data !== undefined && { body: bodyOf(data) }),
  };
}

/** `@FILE`: what it holds, as it is. */
function bodyOf(data: string): string {
  if (!data.startsWith('@')) return data;
  const file = data.slice(1);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrongUse(`--data: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function statusOf(text: string): number {
  if (/^[0-9]{3}$/.test(text)) return Number(text);
  throw wrongUse(`--status: expected statuses with commas between them, such as 200,404, got ${text}`);
}

/** RFC 9110, 5.6.2. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** What is wrong may hold a secret: it is not repeated. */
function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw wrongUse("--header: expected 'NAME: VALUE'");
  if (!token.test(line.slice(0, colon).trim()))
    throw wrongUse("--header: expected 'NAME: VALUE', with letters, digits and !#$%&'*+-.^_`|~ in the name alone");
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/** A constant plan meets an outage of `ms` with min(1, ms * rate): as docs/result.md has it of `power`. */
const surely = 0.99;
/** An outage that is short, for a person to compare with: a listener that is opened again. */
const shortMs = 10;

/** What so many requests a second can see, and what not. */
export function sightText(rate: number): string {
  const opened = rate / 2;
  const seenMs = Math.ceil((surely * 1000) / opened);
  const words = `${rate} requests a second: ${opened} on new connections, ${opened} on kept ones`;
  const sees = `An outage of ${seenMs} ms or longer meets a new connection with a probability of 99 %`;
  if (seenMs <= shortMs) return `${words}. ${sees}.`;
  const percent = Number((opened * shortMs * 0.1).toPrecision(2));
  return `${words}. ${sees}, one of ${shortMs} ms with ${percent} %; a fault that hits 1 request in 1,000 may not show. A higher --rate sees more.`;
}
