import type { StepFacts } from '../../record/facts.ts';
import type { Target } from '../../targets/target.ts';
import type { StepInputs } from '../scenario/scenario.ts';
import type { Traffic } from '../traffic/traffic.ts';
import type { Transcript } from '../transcript.ts';

/** What a step may use. */
export interface StepContext {
  target: Target;
  /** Aborted when the run is interrupted; every wait of a step ends then. */
  signal: AbortSignal;
  /** Null until the end of `deploy`, when traffic begins. */
  traffic: Traffic | null;
  /** Begins traffic. Only for a scenario that deploys nothing itself (no manifests, no url): with others it begins by itself. */
  startTraffic(): Promise<void>;
  /** A line for the person who watches. */
  notice(line: string): void;
  /** Of a command that the step runs. */
  transcript: Transcript;
}

/** What came of a step; without a verdict it passed. */
export type StepOutcome = Partial<
  Pick<StepFacts, 'verdict' | 'message' | 'hint' | 'terminationsWatched' | 'replaced' | 'command'>
>;

/** How a verb is done. A step that rejects with a HitlessError blamed on the app has failed; any other error is the harness's. */
export type StepRunner<V extends keyof StepInputs> = (
  input: StepInputs[V],
  context: StepContext,
) => Promise<StepOutcome>;
