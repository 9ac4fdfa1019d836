import { shippedScenarios } from '../../../cli/shipped.ts';
import { loadScenario } from '../../../runner/scenario/load.ts';

/** Those that every target with Deployments has to agree on. */
export const shared: readonly string[] = [
  'load-balancing',
  'self-healing',
  'rolling-update',
  'rolling-update-as-printed',
  'rollback',
  'blue-green',
];

export const selections = ['shared', 'third', 'all'] as const;
/** One of these words, or names. */
export type Selection = (typeof selections)[number] | readonly string[];

export interface Candidate {
  name: string;
  /** Those that the scenario is made for; null: any. */
  targets: readonly string[] | null;
}

/** What ships. */
export async function candidates(): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const [name, file] of shippedScenarios()) {
    const { targets } = await loadScenario(file);
    found.push({ name, targets });
  }
  return found;
}

/**
 * The names of those to run on the target, by name. `third`: of those that are not shared, another third each day of the
 * year (1 to 366), so that three days see all.
 */
export function select(all: readonly Candidate[], selection: Selection, target: string, dayOfYear: number): string[] {
  const fits = all.filter(({ targets }) => targets === null || targets.includes(target)).map(({ name }) => name);
  const others = fits.filter((name) => !shared.includes(name)).sort();
  if (typeof selection !== 'string') return fits.filter((name) => selection.includes(name));
  if (selection === 'third') return others.filter((_, index) => index % 3 === dayOfYear % 3);
  return [...shared.filter((name) => fits.includes(name)), ...(selection === 'all' ? others : [])];
}

/** In UTC, from 1. */
export function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 0)) / 86_400_000);
}
