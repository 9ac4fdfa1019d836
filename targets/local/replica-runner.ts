import type { PodTemplate } from '../manifest/model.ts';
import type { ImageSpec } from '../target.ts';

/** How a container ended. `signal` only where it is sure; `code` as a container runtime gives it, 128 + n for a signal. */
export interface Exit {
  code: number | null;
  signal: string | null;
  atUs: number;
  /** What it wrote last, a few lines. */
  lastLines: string[];
}

/** A command that ran beside the app, in the same container. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A container that was started. */
export interface RunningContainer {
  /** When it had started, as an interval of the run's clock. */
  readonly startedUs: { earliest: number; latest: number };
  readonly exited: Promise<Exit>;
  /** Sends a signal to its first process; does nothing when that has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Runs a command in it. Rejects where it cannot be run at all, and when the limit in ms is over (the command is killed). */
  exec(command: readonly string[], limitMs: number): Promise<CommandResult>;
}

/** The place of one pod: its address stays while its containers come and go. */
export interface PodPlace {
  /** Where a connection to a port of the container goes; a port that nobody declared is a closed one. */
  address(containerPort: number): { host: string; port: number };
  /** Starts its container. Rejects with a HitlessError where it cannot be started. */
  start(): Promise<RunningContainer>;
}

/** What makes replicas: processes, containers. */
export interface ReplicaRunner {
  /** What is not as in a container, a word each. */
  readonly approximate: readonly string[];
  /** Finds out what the machine allows, and whether the images can be started. */
  prepare(): Promise<void>;
  place(pod: string, template: PodTemplate, image: ImageSpec): Promise<PodPlace>;
  /** Kills everything at once; resolves when it is gone. */
  cleanup(): Promise<void>;
}
