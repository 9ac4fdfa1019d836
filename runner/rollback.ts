import { nowUs } from '../record/clock.ts';
import type { RunFacts, TargetFacts } from '../record/facts.ts';
import type { TargetState } from '../targets/target.ts';
import { judge } from './judge/judge.ts';
import type { CheckLevel } from './judge/levels.ts';
import type { Scenario } from './scenario/scenario.ts';
import { sleepUs } from './steps/wait-for.ts';
import type { Traffic } from './traffic/traffic.ts';

/** Requests of a moment ago have their answers by then, or the next judgement has them. */
const longestQuietUs = 2_000_000;
const lookEachUs = 50_000;
/** Attempts are in the file 50 ms after they ended (docs/attempts.md); twice that on a busy machine. */
const flushedUs = 150_000;

export interface SoFar {
  facts: RunFacts;
  target: TargetFacts;
  attempts: string;
  traffic: Traffic;
  signal: AbortSignal;
  levels: readonly CheckLevel[];
}

/** The reasons to take back what was deployed, worst first: those of a verdict `fail`, by all that was seen so far. */
export async function reasonsToGoBack(scenario: Scenario, soFar: SoFar): Promise<string[] | null> {
  await answered(soFar);
  const { facts, target, attempts, levels } = soFar;
  const { verdict, reasons } = judge({
    facts: { ...facts, target, trafficToUs: nowUs(), complete: true },
    attempts,
    goesOn: true,
    asked: scenario.checks,
    levels,
    expectation: null,
  });
  return verdict === 'fail' ? reasons : null;
}

/** Waits for what is under way, and until it is in the record. */
async function answered({ traffic, signal }: SoFar): Promise<void> {
  const untilUs = nowUs() + longestQuietUs;
  while (nowUs() < untilUs && traffic.counts().some(({ inFlight }) => inFlight > 0)) await sleepUs(lookEachUs, signal);
  await sleepUs(flushedUs, signal);
}

/** Of the replicas that serve, as the platform names them, in order. */
export function versionsServing({ replicas }: TargetState): string[] {
  return [...new Set(replicas.filter(({ ready }) => ready).map(({ version }) => version))].sort();
}
