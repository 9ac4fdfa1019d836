import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { stagesOfRun } from '../../runner/bench/steps.ts';
import { attempt, every, facts, step, us } from '../check/run.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';

/** Two seconds of 400/s, one of them before and two halves while and after something changed, then a drain of 2 s. */
const run = facts({
  steps: [step('hold', 0, 1_000), step('run', 1_000, 1_500), step('hold', 1_500, 2_000)],
  trafficToUs: us(4_000),
});

function stages(attempts: readonly Attempt[]) {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  for (const one of [...attempts].sort((a, b) => a.endUs - b.endUs)) writer.add(one);
  writer.close();
  endAttemptsFile(path);
  return stagesOfRun(run, path).map(({ name, rounds: [round] }) => {
    const { planned, ratePerS, fromMs, toMs } = round ?? { planned: 0, ratePerS: 0, fromMs: 0, toMs: 0 };
    return [name, planned, ratePerS, fromMs, toMs];
  });
}

test('each stage has the rate of the plan where every request got a good answer, though the last came later', () => {
  expect(stages(every(2.5, 800, () => ({ took: 400 })))).toEqual([
    ['before', 400, 400, 0, 1_000],
    ['change', 200, 400, 1_000, 1_500],
    ['after', 200, 400, 1_500, 2_000],
    ['1. hold', 400, 400, 0, 1_000],
    ['1. run', 200, 400, 1_000, 1_500],
    ['1. hold', 200, 400, 1_500, 2_000],
  ]);
});

test('what waited counts in the rate of the stage in which it was sent, and what was sent after the last one in that', () => {
  const held = (dueMs: number, sentMs: number) => attempt({ at: sentMs, intendedUs: us(dueMs), readyUs: us(dueMs) });
  const others = every(2.5, 800).filter((_, index) => index !== 500 && index !== 700);
  const rates = stages([...others, held(1_250, 1_600), held(1_750, 2_900)]);
  expect(rates.slice(0, 3)).toEqual([
    ['before', 400, 400, 0, 1_000],
    ['change', 200, 398, 1_000, 1_500],
    ['after', 200, 402, 1_500, 2_000],
  ]);
});

test('what was planned in the moment between the end of the last step and that of the plan raises no rate', () => {
  const [, , after] = stages(every(2.5, 805));
  expect(after?.[1]).toBe(205);
  expect(after?.[2]).toBeCloseTo(205 / 0.51, 9);
});

test('what got no good answer is in no rate', () => {
  const lost = every(2.5, 800, (index) => (index % 4 === 0 ? { outcome: 'reset' as const } : {}));
  expect(
    stages(lost)
      .slice(0, 3)
      .map(([, , rate]) => rate),
  ).toEqual([300, 300, 300]);
});
