import type { Trial } from './kept.ts';

/** A trial as if it had been measured. */
export function trialOf(differences: Partial<Trial> = {}): Trial {
  return {
    kept: 'trial',
    kind: 'identical',
    seed: 1,
    beganAt: '2026-01-01T00:00:00.000Z',
    seconds: 10,
    tolerance: 0.02,
    connections: null,
    moreAsked: 0,
    more: 0,
    extra: 0,
    verdict: 'same',
    reasons: [],
    measures: [],
    truth: 0.001,
    usedUs: { candidate: 100.1, baseline: 100 },
    noise: { before: null, idle: 0.5, steal: 0, blocks: { rate: 0.01 } },
    origin: { cpu: 'A CPU', cores: 2, kernel: '6.1', node: 'v24.0.0', hitless: 'abc1234' },
    ...differences,
  };
}
