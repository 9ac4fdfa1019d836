import type { FromVu, Scenario, Texts } from './messages.ts';

/** What a VU's modules share. */
export const state = {
  tell: (_: FromVu): void => {},
  scenario: { name: 'default', executor: '', startTime: 0 } as Scenario,
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
  return { ...textsOf(state.metadata), vu: String(state.vu), iter: String(state.iteration) };
}

export function tagsNow(): Texts {
  return { ...textsOf(state.tags), scenario: state.scenario.name, group: state.group };
}
