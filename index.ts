export { defineConfig } from './cli/config/define.ts';
export type { ConfigInput } from './cli/config/model.ts';
export type { Attempt, FailureClass, Outcome, Phase } from './record/attempt.ts';
export { type Blame, type FileLocation, HitlessError } from './record/error.ts';
export type { Event } from './record/event.ts';
export type { RunFacts } from './record/facts.ts';
export type { AttemptBatch, Fold } from './record/fold.ts';
export type { Result, Verdict } from './record/result.ts';
export { binomialTest } from './runner/check/binomial.ts';
export type { Check, Finding } from './runner/check/check.ts';
export type { Assertion } from './runner/scenario/assertion.ts';
export { defineScenario, type ScenarioDefinition } from './runner/scenario/define.ts';
export type { CustomCheck, CustomStep } from './runner/scenario/functions.ts';
export type { RunAssertion, RunFinding } from './runner/scenario/run-assertion.ts';
export type { RunView, Tally, VersionTally, Visit } from './runner/scenario/run-view.ts';
export { drainNode } from './runner/steps/drain.ts';
export type { StepContext } from './runner/steps/step.ts';
export type {
  Flow,
  FlowAnswer,
  FlowBody,
  FlowOptions,
  FlowPage,
  FlowVisit,
} from './runner/traffic/flow/flow.ts';
export { NotGood } from './runner/traffic/flow/not-good.ts';
export type { Engine } from './targets/docker/engine/engine.ts';
export type { Target } from './targets/target.ts';
