export type SubjectKind =
  | 'deployment'
  | 'statefulset'
  | 'daemonset'
  | 'rollout'
  | 'replicaset'
  | 'replica'
  | 'container'
  | 'endpoint'
  | 'service'
  | 'node'
  | 'watch'
  | 'step'
  | 'lane'
  | 'run';

/**
 * What happened. `endpoint-*` is what the platform's own list says, `route-*` what new connections really follow
 * (later by the spread of the change). `blind` is a stretch in which a lane could not send or the platform was not seen.
 * `starved`: this machine gave ordinary threads no processor, though the lanes could send.
 * `stopping`: the platform begins to stop a container, first by its hook; that it was sent a signal is `signalled`, where
 * that is known. See docs/events.md for what each means on each target.
 */
export type EventKind =
  | 'created'
  | 'scheduled'
  | 'started'
  | 'ready'
  | 'unready'
  | 'terminating'
  | 'disrupted'
  | 'stopping'
  | 'prestop-started'
  | 'prestop-ended'
  | 'prestop-failed'
  | 'signalled'
  | 'exited'
  | 'killed'
  | 'restarted'
  | 'back-off'
  | 'probe-failed'
  | 'gone'
  | 'endpoint-added'
  | 'endpoint-removed'
  | 'route-added'
  | 'route-removed'
  | 'rollout-started'
  | 'rollout-complete'
  | 'progress-deadline'
  | 'switched'
  | 'scaled'
  | 'autoscaled'
  | 'failed-create'
  | 'failed-scheduling'
  | 'node-ready'
  | 'node-unready'
  | 'cordoned'
  | 'uncordoned'
  | 'blind'
  | 'starved'
  | 'step-started'
  | 'step-ended'
  | 'traffic-started'
  | 'traffic-ended';

/**
 * One thing that happened, somewhere in [earliestUs, latestUs] of the run's clock. Where our own process did or saw it
 * the two are the same.
 */
export interface Event {
  earliestUs: number;
  latestUs: number;
  kind: EventKind;
  subject: { kind: SubjectKind; name: string };
  /** The workload (or lane, or Service) that the subject belongs to. */
  owner?: string;
  /**
   * Of a replica, its containers and endpoints on Kubernetes: its pod's. A name comes back (StatefulSets), a UID never: the second
   * replica of a name is called `mimuc-0#2` in `subject`.
   */
  uid?: string;
  /** The image's tag of a replica, the step's verb, ... as the platform says it. */
  version?: string;
  revision?: string;
  exitCode?: number;
  signal?: string;
  reason?: string;
  message?: string;
  /** Of `scaled` and `rollout-started`: what the Deployment promised from here on. */
  promise?: DeploymentPromise;
  /** Of `terminating`, on Kubernetes: how this replica is to end. Its workload may ask for something else by now. */
  ending?: Ending;
  /** The platform's own object or line behind it, as it came. */
  object?: unknown;
}

/**
 * How many replicas a workload promised to keep, as absolute numbers after Kubernetes's rounding. `OnDelete`: it replaces none by
 * itself. `Unknown`: what it keeps while it is updated follows from nothing that it says; only `replicas` counts.
 */
export interface DeploymentPromise {
  replicas: number;
  maxSurge: number;
  maxUnavailable: number;
  strategy: 'RollingUpdate' | 'Recreate' | 'OnDelete' | 'Unknown';
}

/** How a replica is to end, as far as its manifest says. */
export interface Ending {
  /** From when it is told to go until SIGKILL. */
  graceSeconds: number;
  preStop: boolean;
  /** Of a preStop hook that sleeps, by itself or by a command (`sleep 5`). */
  preStopSeconds?: number;
  /** The hook is a command: where the container lacks it, it fails at once. */
  preStopByCommand?: boolean;
}
