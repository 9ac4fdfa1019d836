import type { BenchLoad } from '../../record/bench-result.ts';

/**
 * Of a scenario each request is in a phase (before, while and after the deployment changed) and in a step. Those that
 * together hold each request once: the phases, or the steps where nothing changed; of a URL all stages.
 */
export function apart<Stage extends { load: BenchLoad }>(stages: readonly Stage[]): Stage[] {
  const phases = stages.filter(({ load }) => load.model === 'scenario' && load.part !== 'step');
  return phases.length > 0 ? phases : [...stages];
}

/** The one that is told first: what the deployment's change did, or the last of the stages. */
export function foremost<Stage extends { load: BenchLoad }>(stages: readonly Stage[]): Stage | undefined {
  return stages.find(({ load }) => load.model === 'scenario' && load.part === 'change') ?? apart(stages).at(-1);
}
