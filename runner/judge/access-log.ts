import { basename } from 'node:path';
import type { AccessLogFacts, RunFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import { count, list } from '../check/phrases.ts';

export function accessLogResult({ file, requests, joined, hidden }: AccessLogFacts): NonNullable<Result['accessLog']> {
  return { file: basename(file), requests, joined, hidden };
}

/**
 * What a proxy hid: it asked again, and the client got a good answer. The verdict is the client's, and stays; but who
 * sends what the proxy does not repeat would have lost it. Also where the log tells of too few requests to say so.
 */
export function hiddenLosses({ accessLog }: RunFacts): string[] {
  if (accessLog === undefined || accessLog.requests === 0) return [];
  const { file, requests, joined, hidden } = accessLog;
  if (joined === 0)
    return [
      `The access log ${basename(file)} tells of none of the ${count(requests, 'request')}: it names no ids, or in no format that is known.`,
    ];
  const methods = Object.entries(hidden).filter(([, number]) => number > 0);
  if (methods.length === 0) return [];
  const told = methods.map(([method, number]) => `${number.toLocaleString('en-US')} ${method}`);
  const sum = methods.reduce((all, [, number]) => all + number, 0);
  return [
    `The proxy hid losses: by its own log it asked once more for ${list(told)} ${sum === 1 ? 'request' : 'requests'} that got a good answer in the end. What it does not repeat would have been lost.`,
  ];
}
