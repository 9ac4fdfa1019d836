import type { PageElement } from '../../../html/page/browser.ts';
import { element } from '../../../html/page/element.ts';
import { number } from '../../../html/page/number.ts';
import { count, duration, percent } from '../../../words.ts';
import { boundsText, confidenceText, measureName, signed } from '../../effect/words.ts';
import { rateText } from '../../words.ts';
import type { BenchPage } from '../model.ts';

/** What one looks for first, in large figures. */
export function numbers({ bench, effect, stages, foremost, sent, failed }: BenchPage): PageElement | null {
  if (effect !== null) {
    const told = effect.measures.filter(({ decides, name }) => decides || name === 'p50' || name === 'p99').slice(0, 4);
    return list([
      ...told.map(({ typical, overall, verdict, decides, ...measure }) => {
        const change = typical ?? overall;
        return number(
          measureName(measure),
          change === null ? '-' : signed(change.estimate),
          change === null ? 'nothing can be said' : `${boundsText(change)} (${confidenceText(effect)})`,
          decides && verdict === 'worse' ? 'bad' : '',
        );
      }),
      number(
        'failed',
        `${count(effect.candidate.failed)} and ${count(effect.baseline.failed)}`,
        'of the candidate and the baseline',
        effect.failures.verdict === 'worse' ? 'bad' : '',
      ),
    ]);
  }
  const told = stages[foremost ?? 0];
  if (told === undefined) return null;
  const { summary } = told;
  const of =
    stages.length > 1
      ? ` ${bench.kind === 'scenario' ? (phases.get(told.name) ?? `in ${told.name}`) : `in ${told.name}`}`
      : '';
  return list([
    number(
      `good answers a second${of}`,
      summary.ratePerS === null ? '-' : rateText(summary.ratePerS.mean),
      interval(summary.ratePerS),
    ),
    number(`p50${of}`, duration(summary.allLatencyMs.p50), 'of good answers'),
    number(`p99${of}`, duration(summary.allLatencyMs.p99), 'of good answers'),
    number(`slowest${of}`, duration(summary.allLatencyMs.max), `of ${count(summary.measured)}`),
    number(
      'failed',
      count(failed),
      sent > 0 ? `${percent(failed / sent)} of ${count(sent)}` : '',
      failed > 0 ? 'bad' : '',
    ),
  ]);
}

/** The phases of a scenario, as its deployment changes. */
const phases = new Map([
  ['before', 'before the change'],
  ['change', 'during the change'],
  ['after', 'after the change'],
]);

function interval(estimate: { low: number | null; high: number | null } | null): string {
  if (estimate === null || estimate.low === null || estimate.high === null) return 'of one round';
  return `${rateText(Math.max(0, estimate.low))} to ${rateText(estimate.high)} (95 %)`;
}

function list(items: readonly PageElement[]): PageElement {
  return element('dl', { class: 'numbers' }, ...items);
}
