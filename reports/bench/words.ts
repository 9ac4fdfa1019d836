import type { BenchEstimate, BenchLoad, BenchRound } from '../../record/bench-result.ts';
import { failureWords } from '../../record/failure-words.ts';
import { plain } from '../plain.ts';
import { count, counted } from '../words.ts';

/** `10 connections, closed loop`, `500 requests/s on 50 connections`. */
export function loadText(load: BenchLoad): string {
  switch (load.model) {
    case 'closed':
      return `closed loop on ${counted(load.connections, 'connection')}`;
    case 'open': {
      const how = load.arrivals === 'poisson' ? ' at random times' : '';
      return `open loop, ${count(load.rate)} requests/s${how} on up to ${counted(load.connections, 'connection')}`;
    }
    case 'scenario':
      return `lanes ${load.lanes.map((lane) => plain(lane, 40)).join(', ')}`;
  }
}

/** A rate to four digits: `12,340`, `0.5`. */
export function rateText(rate: number): string {
  if (rate >= 1000) return count(Math.round(rate));
  return String(Number(rate.toPrecision(4)));
}

/** `12,340 (12,100 to 12,600)`: with its interval where there is one. */
export function rateWithInterval({ mean, low, high }: BenchEstimate): string {
  if (low === null || high === null) return rateText(mean);
  return `${rateText(mean)} (${rateText(Math.max(0, low))} to ${rateText(high)})`;
}

/** `10 reset (ECONNRESET), 2 bad status (500)`, the most frequent first. */
export function failuresText(failures: BenchRound['failures']): string {
  return failures
    .map(({ outcome, detail, count: times }) => {
      const what = detail === null ? '' : ` (${plain(detail, 60)})`;
      return `${count(times)} ${failureWords(outcome)}${what}`;
    })
    .join(', ');
}
