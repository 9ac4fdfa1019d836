import { appTraffic } from '../../../record/lane-roles.ts';
import { outagesToTell } from '../../../record/outages.ts';
import type { Result } from '../../../record/result.ts';
import { count, duration, percent } from '../../words.ts';
import type { PageElement } from './browser.ts';
import { element } from './element.ts';
import { number } from './number.ts';

/** What one looks for first, in large figures: of the app's lanes, as its verdict is. */
export function numbers(result: Result): PageElement | null {
  const { outages } = result;
  const traffic = appTraffic(result);
  if (traffic.length === 0) return null;
  const sum = (key: 'planned' | 'sent' | 'ok' | 'failed' | 'unanswered' | 'unsent') =>
    traffic.reduce((total, lane) => total + lane[key], 0);
  const [sent, failed] = [sum('sent'), sum('failed')];
  const pathFailures = traffic.reduce((total, lane) => total + (lane.pathFailures ?? 0), 0);
  const longest = outages.reduce((most, { ms }) => Math.max(most, ms), 0);
  const p99 = traffic.reduce((most, { latencyMs }) => Math.max(most, latencyMs.p99 ?? 0), 0);
  const odd = [
    sum('unanswered') > 0 ? `${count(sum('unanswered'))} unanswered` : '',
    sum('unsent') > 0 ? `${count(sum('unsent'))} could not be sent` : '',
  ];
  return element(
    'dl',
    { class: 'numbers' },
    number(
      'requests sent',
      count(sent),
      odd.filter((each) => each !== '').join(', ') || `of ${count(sum('planned'))} planned`,
    ),
    number('answered well', count(sum('ok')), sent > 0 ? percent(sum('ok') / sent) : ''),
    number('failed', count(failed), failedNote(sent, failed, pathFailures), failed > 0 ? 'bad' : ''),
    number(
      'longest outage',
      longest > 0 ? duration(longest) : longestBlindMs(result.events) > 0 || pathFailures > 0 ? 'none seen' : 'none',
      seen(result, pathFailures),
      longest > 0 ? 'bad' : '',
    ),
    number('p99 latency', sent > 0 ? duration(p99) : '-', traffic.length > 1 ? 'of the slowest lane' : ''),
  );
}

/** What failed together with a control lane is the way's. */
function failedNote(sent: number, failed: number, pathFailures: number): string {
  const share = sent > 0 ? percent(failed / sent) : '';
  if (pathFailures === 0) return share;
  return `${share}; ${pathFailures === failed ? 'all' : count(pathFailures)} as the control lane did`;
}

/** `none` means little where a short one could not have been seen, or nothing at all while the way there was out. */
function seen({ power, outages, events }: Result, pathFailures: number): string {
  const blindMs = longestBlindMs(events);
  if (blindMs > 0) return `for ${duration(blindMs)} nothing could be seen`;
  const told = outagesToTell(outages).length;
  if (told > 0) return told === 1 ? 'the only one' : `of ${count(told)}`;
  if (pathFailures > 0) return 'the way there was out';
  return power.outageMs === null ? '' : `one of ${duration(power.outageMs)} would have shown`;
}

function longestBlindMs(events: Result['events']): number {
  const lengths = events.filter(({ kind }) => kind === 'blind').map(({ fromMs, toMs }) => toMs - fromMs);
  return lengths.reduce((a, b) => Math.max(a, b), 0);
}
