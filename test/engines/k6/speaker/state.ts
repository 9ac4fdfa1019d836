import type { FromVu, Scenario, Texts } from './messages.ts';

/** What a VU's modules share. */
export const state = {
  tell: (_: FromVu): void => {},
  /** null: what runs is setup() or teardown(). */
  scenario: null as Scenario | null,
  vu: 1,
  iteration: 0,
  group: '',
  metadata: {} as Record<string, unknown>,
  tags: {} as Record<string, unknown>,
  metrics: [] as { name: string; kind: string }[],
};

export function textsOf(values: Record<string, unknown> = {}): Texts {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Of each point: the VU's own, as they are now. */
export function metadataNow(): Texts {
  const vu = state.scenario === null ? {} : { vu: String(state.vu) };
  return { ...textsOf(state.metadata), ...vu, iter: String(state.iteration) };
}

export function tagsNow(): Texts {
  const scenario = state.scenario === null ? {} : { scenario: state.scenario.name };
  return { ...textsOf(state.tags), ...scenario, group: state.group };
}
