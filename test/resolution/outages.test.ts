import { expect, test } from 'vitest';
import { measureOutages } from './outages.ts';

test.each([5, 20, 100])(
  'an outage of %i ms lies between the last success sent and the first success ended',
  async (ms) => {
    const trials = await measureOutages(ms, 6);
    expect(trials.length).toBeGreaterThanOrEqual(3);
    for (const trial of trials) if (trial.sentWithin > 0) expect(trial).toMatchObject({ contains: true });
  },
);
