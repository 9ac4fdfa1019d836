import { relative } from 'node:path';
import type { Event } from '../../record/event.ts';
import type { CommandFacts, RunFacts, StepFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import { engineNotes } from './engine-notes.ts';
import { usage } from './usage.ts';

type Retold = Pick<
  Result,
  'usage' | 'scenario' | 'target' | 'startedAt' | 'durationMs' | 'steps' | 'events' | 'environment'
>;

/** What the result says as the facts do, with times in ms from the start of traffic. */
export function retold(facts: RunFacts): Retold {
  const { anchor, trafficFromUs, trafficToUs, scenario, target } = facts;
  const fromStart = (us: number) => (us - trafficFromUs) / 1000;
  const notes = [...(target.notes ?? []), ...engineNotes(facts)];
  const startedMs = anchor.wallMs + (trafficFromUs - anchor.monotonicUs) / 1000;
  return {
    scenario: {
      name: scenario.name,
      ...(scenario.description === undefined ? {} : { description: scenario.description }),
      // As the user would type it here: a result is passed on, and the rest of the path is this machine's.
      file: relative(process.cwd(), scenario.file),
      seed: scenario.seed,
    },
    target: {
      kind: target.kind,
      path: target.path,
      ...(target.pathEvidence === undefined ? {} : { pathEvidence: target.pathEvidence }),
      approximate: target.approximate,
      equalShares: target.equalShares,
      ...(target.details === undefined ? {} : { details: target.details }),
      ...(notes.length > 0 && { notes }),
    },
    startedAt: new Date(startedMs).toISOString(),
    durationMs: Math.max(0, fromStart(trafficToUs)),
    steps: facts.steps.map((step) => stepResult(step, fromStart)),
    events: facts.events.map((event) => eventResult(event, fromStart)),
    ...usage(facts),
    environment: facts.environment,
  };
}

function stepResult(step: StepFacts, fromStart: (us: number) => number): Result['steps'][number] {
  const { name, verb, verdict, message, hint, replaced, command, rollback } = step;
  return {
    name,
    verb,
    fromMs: fromStart(step.fromUs),
    toMs: fromStart(step.toUs),
    verdict,
    ...(message === undefined ? {} : { message }),
    ...(hint === undefined ? {} : { hint }),
    ...(replaced === undefined ? {} : { replaced }),
    ...(command === undefined ? {} : { command: commandResult(command, fromStart) }),
    ...(rollback === undefined ? {} : { rollback }),
  };
}

function commandResult(
  { endedUs, ...command }: CommandFacts,
  fromStart: (us: number) => number,
): NonNullable<Result['steps'][number]['command']> {
  return { ...command, endedMs: fromStart(endedUs) };
}

/** All but the platform's own object, which stays in events.ndjson. */
function eventResult(event: Event, fromStart: (us: number) => number): Result['events'][number] {
  const { earliestUs, latestUs, object: _, ...rest } = event;
  return { fromMs: fromStart(earliestUs), toMs: fromStart(latestUs), ...rest };
}
