import type { Result } from '../../record/result.ts';

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

/**
 * The result as JSON within a script element: no `<`, so that no text can end the element; no text longer than is shown;
 * without what the page does not use.
 */
export function embedded(result: Result): string {
  const { series, events } = result;
  const shown = {
    ...result,
    series: { ...series, byReplica: {} },
    events: events.filter(({ kind }) => shownEvents.has(kind)),
  };
  return JSON.stringify(shown, (key, value: unknown) => {
    if (typeof value === 'string') return shortened(value, key === 'patch' ? longestPatch : longest);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if (!Object.keys(value).some((name) => name.length > longest)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [shortened(name, longest), inner]));
  }).replace(/</g, '\\u003c');
}

function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
