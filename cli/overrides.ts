import type { Override } from '../runner/scenario/overrides.ts';

/** `--lane.visitors.rate 500 --seed 7`, as yargs has read it, as fields to set in a scenario. */
export function overridesOf({ lane, seed }: { lane?: unknown; seed?: unknown }): Override[] {
  const ofLanes = lane === undefined ? [] : leaves(['lane'], lane);
  return seed === undefined ? ofLanes : [...ofLanes, { flag: '--seed', path: ['seed'], value: seed }];
}

function leaves(path: readonly string[], value: unknown): Override[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ flag: `--${path.join('.')}`, path, value }];
  return Object.entries(value).flatMap(([field, inner]) => leaves([...path, field], inner));
}
