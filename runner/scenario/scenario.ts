import type { FileLocation } from '../../record/error.ts';
import type { Identity } from '../../record/facts.ts';
import type { Verdict } from '../../record/result.ts';
import type { AppSpec } from '../../targets/target.ts';
import type { AccessLogOptions } from '../access-log/access-log.ts';
import type { Check } from '../check/check.ts';
import type { Lane } from '../traffic/lane.ts';
import type { CustomStep } from './functions.ts';

/** What each verb of a scenario takes, with every duration in microseconds and every default filled in. */
export interface StepInputs {
  deploy: { timeoutUs: number };
  hold: { us: number };
  rollout: { deployment: string; image: string; until: 'complete' | 'stuck'; settleUs: number; timeoutUs: number };
  undo: { deployment: string; settleUs: number; timeoutUs: number };
  switch: { service: string; selector: Record<string, string>; settleUs: number; timeoutUs: number };
  scale: { deployment: string; replicas: number; settleUs: number; timeoutUs: number };
  kill: { deployment: string; signal: string; timeoutUs: number };
  drain: { node: string; timeoutUs: number };
  exec: { deployment: string; command: string[]; timeoutUs: number };
  run: {
    command: string[];
    until: 'ended' | 'rolled-out';
    withinUs: number;
    settleUs: number;
    timeoutUs: number;
    goOn: boolean;
  };
  wait: {
    deployment: string | null;
    until: 'available' | 'complete' | 'stuck' | 'rolled-out' | 'over' | 'requests-sent';
    withinUs: number;
    settleUs: number;
    timeoutUs: number;
  };
  /** A function of a TypeScript scenario. */
  custom: { run: CustomStep['run'] };
}

export type Step = {
  [V in keyof StepInputs]: {
    index: number;
    verb: V;
    /** What a person reads: `rollout mimuc-app to v0.0.2`. */
    name: string;
    input: StepInputs[V];
    location?: FileLocation;
  };
}[keyof StepInputs];

/** A check that the scenario asks for, by name with options, or a check of its own. */
export interface AskedCheck {
  name: string;
  options: unknown;
  lane: string | null;
  check?: Check;
  location?: FileLocation;
}

/** A scenario, read, validated, every default filled in. Paths are absolute. */
export interface Scenario {
  name: string;
  description?: string;
  file: string;
  seed: number;
  /** The kinds of target that it is made for; null: any. */
  targets: readonly string[] | null;
  app: AppSpec | Pick<AppSpec & { url: string }, 'url' | 'service' | 'tls' | 'resolve'>;
  identity: Identity;
  /** A proxy's own record of the requests. */
  accessLog: AccessLogOptions | null;
  /** The app's own books of the requests that it handled. */
  ledger: string | null;
  lanes: Lane[];
  steps: Step[];
  /** Taken after them where the verdict is fail by then; their places count on from those of `steps`. */
  rollback: Step[];
  /** null: the scenario names none, so the defaults decide. */
  checks: AskedCheck[] | null;
  expectation: { verdict: Verdict; causes: string[] } | null;
}
