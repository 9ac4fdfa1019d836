import type { Progress } from '../record/progress.ts';
import type { Result } from '../record/result.ts';

/** What is known before anything runs. */
export interface RunInfo {
  scenario: { name: string; description?: string; file: string; seed: number };
  target: string;
  /** The run's folder, as a user would type it. */
  folder: string;
  /** What a person reads of each step, in order. */
  steps: readonly string[];
}

export type { Progress } from '../record/progress.ts';

/**
 * Shows a run, or leaves a file of it. All are called in the order of a run; `onEnd` with the result also of a run that
 * was cut short (`complete: false`).
 */
export interface Reporter {
  readonly name: string;
  onStart?(info: RunInfo): void;
  /** May be called at any rate. */
  onProgress?(progress: Progress): void;
  onNotice?(line: string): void;
  /** A line that a command of the user's printed. */
  onOutput?(line: string): void;
  /** `folder` exists. Rejects where a file cannot be written. */
  onEnd(result: Result, folder: string): Promise<void>;
}
