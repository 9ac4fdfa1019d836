import type { Result } from '../../record/result.ts';
import { jsonInPage } from './json-in-page.ts';

const longest = 500;
const longestPatch = 20_000;
/** What the page shows of a run's events; a run that lasts for hours has many others. */
const shownEvents = new Set([
  'created',
  'started',
  'restarted',
  'back-off',
  'ready',
  'unready',
  'terminating',
  'exited',
  'killed',
  'gone',
  'route-added',
  'route-removed',
  'blind',
]);

/** The result as JSON within a script element, without what the page does not use. */
export function embedded(result: Result): string {
  const { series, events } = result;
  const shown = {
    ...result,
    series: { ...series, byReplica: {} },
    events: events.filter(({ kind }) => shownEvents.has(kind)),
  };
  return jsonInPage(shown, longest, { patch: longestPatch });
}
