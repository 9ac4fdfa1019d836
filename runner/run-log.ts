import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { createAttemptsFile, endAttemptsFile } from '../record/attempts-writer.ts';
import { anchorNow, nowUs } from '../record/clock.ts';
import { HitlessError } from '../record/error.ts';
import type { Event } from '../record/event.ts';
import { EventsFile } from '../record/events-file.ts';
import type { LaneFacts, RunFacts, StepFacts, TargetFacts } from '../record/facts.ts';
import { writeFacts } from '../record/facts-file.ts';
import { type RunFiles, runFiles } from '../record/run-folder.ts';
import type { UsageFacts } from '../record/usage.ts';
import { engineFacts } from './engines/engines.ts';
import { environmentOf } from './environment.ts';
import type { Scenario, Step } from './scenario/scenario.ts';
import type { StepOutcome } from './steps/step.ts';
import type { Lane } from './traffic/lane.ts';
import { peakRate } from './traffic/plan.ts';
import type { Scheduling } from './traffic/priority.ts';
import type { LaneCounts } from './traffic/traffic.ts';

/** Keeps what happens in a run, in memory and at once in its folder, so that a killed run leaves it too. */
export class RunLog {
  readonly files: RunFiles;
  readonly facts: RunFacts;
  readonly #events: EventsFile;
  #trafficRan = false;

  constructor(scenario: Scenario, folder: string) {
    this.files = runFiles(folder);
    const anchor = anchorNow();
    this.facts = {
      anchor,
      trafficFromUs: anchor.monotonicUs,
      trafficToUs: anchor.monotonicUs,
      complete: false,
      errors: [],
      scenario: {
        name: scenario.name,
        ...(scenario.description !== undefined && { description: scenario.description }),
        file: scenario.file,
        seed: scenario.seed,
      },
      target: { kind: 'unknown', path: 'unknown', approximate: [], equalShares: false },
      identity: scenario.identity,
      lanes: scenario.lanes.map((lane) => laneFacts(lane, scenario.app.service)),
      steps: [],
      events: [],
      environment: environmentOf(),
    };
    this.#events = new EventsFile(this.files.events);
  }

  event(event: Event): void {
    this.facts.events.push(event);
    this.#events.append(event);
  }

  /** Something of ours or of the environment went wrong: the verdict will be `error`. */
  error(error: unknown): void {
    this.facts.errors.push(errorLine(error));
  }

  stepStarted(step: Step): { ended(outcome: StepOutcome): void } {
    const fromUs = nowUs();
    const subject = { kind: 'step', name: step.name } as const;
    this.event({ earliestUs: fromUs, latestUs: fromUs, kind: 'step-started', subject, version: step.verb });
    return {
      ended: (outcome) => {
        const toUs = nowUs();
        this.event({ earliestUs: toUs, latestUs: toUs, kind: 'step-ended', subject, version: step.verb });
        const facts: StepFacts = {
          index: step.index,
          verb: step.verb,
          name: step.name,
          fromUs,
          toUs,
          verdict: 'pass',
          ...outcome,
          ...(this.facts.rollback !== undefined && { rollback: true }),
        };
        this.facts.steps.push(facts);
        this.#save();
      },
    };
  }

  /** What is done from here on takes back what was done. */
  rollbackStarted(because: string[]): void {
    this.facts.rollback = { fromUs: nowUs(), because };
    this.#save();
  }

  rollbackEnded(versions: { before: string[]; after: string[] }): void {
    if (this.facts.rollback !== undefined) this.facts.rollback.versions = versions;
  }

  trafficStarted(fromUs: number, target: TargetFacts, scheduling: Scheduling): void {
    this.#trafficRan = true;
    this.facts.trafficFromUs = fromUs;
    this.facts.trafficToUs = fromUs;
    this.facts.target = target;
    this.facts.environment.scheduling = scheduling;
    this.event({
      earliestUs: fromUs,
      latestUs: fromUs,
      kind: 'traffic-started',
      subject: { kind: 'run', name: this.facts.scenario.name },
    });
    this.#save();
  }

  /** Undefined where the target tells nothing of it. */
  usage(facts: UsageFacts | undefined): void {
    if (facts !== undefined) this.facts.usage = facts;
  }

  trafficEnded(counts: readonly LaneCounts[]): void {
    const toUs = nowUs();
    this.facts.trafficToUs = toUs;
    for (const lane of this.facts.lanes) {
      const counted = counts.find((one) => one.lane === lane.name);
      if (!counted) continue;
      const { planned, sent, unsent, ok, failed, unanswered } = counted;
      lane.counted = { planned, sent, unsent, ok, failed, unanswered };
      if (counted.atEnd !== undefined) Object.assign(lane, counted.atEnd);
    }
    this.event({
      earliestUs: toUs,
      latestUs: toUs,
      kind: 'traffic-ended',
      subject: { kind: 'run', name: this.facts.scenario.name },
    });
  }

  /** The last words; where no traffic ran the record of attempts is there, and empty. */
  end(target: TargetFacts, complete: boolean): void {
    this.facts.target = target;
    this.facts.complete = complete;
    if (!this.#trafficRan && !existsSync(this.files.attempts)) {
      createAttemptsFile(this.files.attempts);
      endAttemptsFile(this.files.attempts);
    }
    this.#save();
    this.#events.close();
  }

  #save(): void {
    writeFacts(this.files.facts, this.facts);
  }
}

/** With the place in the file, where it is known to the line. */
function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { file, line, column } = (error instanceof HitlessError && error.location) || {};
  if (file === undefined || line === undefined) return error.message;
  const fromHere = relative(process.cwd(), file);
  const place = [fromHere.startsWith('..') ? file : fromHere, line, ...(column === undefined ? [] : [column])];
  return `${place.join(':')}: ${error.message}`;
}

function laneFacts(lane: Lane, main: string | undefined): LaneFacts {
  const service = lane.control === null ? (lane.service ?? main) : undefined;
  return {
    name: lane.name,
    ...engineFacts(lane),
    connection: lane.connection,
    ...(lane.flow !== undefined && { flow: true }),
    ...(lane.control !== null && { role: 'control' as const }),
    ...(service === undefined ? {} : { service }),
    peakRate: peakRate(lane),
    resolutionMs: lane.resolutionUs / 1000,
  };
}
