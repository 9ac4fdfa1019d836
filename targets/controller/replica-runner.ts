import type { TargetFacts } from '../../record/facts.ts';
import type { Lease } from '../lease.ts';
import type { Deployment, PodTemplate } from '../manifest/model.ts';

/** Somewhere between two moments of the run's clock. */
export interface Interval {
  earliest: number;
  latest: number;
}

/** How a container ended. `signal` only where it is sure; `code` as a container runtime gives it, 128 + n for a signal. */
export interface Exit {
  code: number | null;
  signal: string | null;
  endedUs: Interval;
  /** In Kubernetes's words, where the code alone does not say it: `OOMKilled`. */
  reason?: string;
  /** What it wrote last, a few lines. */
  lastLines: string[];
}

/** A command that ran beside the app, in the same container. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** What a container has used of a processor since its start, and uses of memory now. */
export interface Used {
  cpuMs: number;
  memoryBytes: number;
}

/** A container that was started. */
export interface RunningContainer {
  readonly startedUs: Interval;
  readonly exited: Promise<Exit>;
  /** Sends a signal to its first process; does nothing when that has ended. Resolves with when it was sent, never rejects. */
  signal(signal: NodeJS.Signals): Promise<Interval>;
  /** Runs a command in it. Rejects where it cannot be run at all, and when the limit in ms is over (the command is killed). */
  exec(command: readonly string[], limitMs: number): Promise<CommandResult>;
  /** Undefined where it has ended, or nobody can tell. */
  used(signal: AbortSignal): Promise<Used | undefined>;
}

/** The place of one pod: its address stays while its containers come and go. */
export interface PodPlace {
  /** Where a connection to a port of the container goes; a port that nobody declared is a closed one. */
  address(containerPort: number): { host: string; port: number };
  /** Starts its container. Rejects with a HitlessError where it cannot be started. */
  start(): Promise<RunningContainer>;
  /** Gives it back: its pod is gone. Never rejects. */
  release(): Promise<void>;
}

/** What makes replicas: processes, containers. */
export interface ReplicaRunner {
  /** Of the facts of a run, what depends on how replicas are made. */
  readonly facts: Pick<TargetFacts, 'path' | 'approximate' | 'details'>;
  /** Who says what its containers use; undefined where nobody does. */
  readonly usageSource: string | undefined;
  /** A container starts here in no time, so the time that it takes on a cluster is drawn (timing.ts). */
  readonly startsAtOnce: boolean;
  /** Throws where replicas of these Deployments could not be started; nothing runs yet. */
  judge(deployments: readonly Deployment[]): void;
  /** Throws where an image cannot be had here. */
  requireImage(image: string): void;
  /** Finds out what the machine allows, and makes what replicas need. */
  prepare(lease: Lease): Promise<void>;
  /** Where replicas find each Service, by its name; called before any replica is placed. */
  knowServices?(addresses: ReadonlyMap<string, URL>): void;
  place(pod: string, template: PodTemplate): Promise<PodPlace>;
  /** Kills everything at once; resolves when it is gone. */
  cleanup(): Promise<void>;
}
