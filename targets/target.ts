import type { DeploymentPromise, Event } from '../record/event.ts';
import type { TargetFacts } from '../record/facts.ts';
import type { UsageReading } from '../record/usage.ts';
import type { Workload, WorkloadKind } from '../record/workload.ts';
import type { EngineInHand } from './docker/engine-in-hand.ts';
import type { Resolution } from './resolve.ts';
import type { TlsSettings } from './tls.ts';

/** What a target can do beyond deploying and being asked how it is. A scenario that needs more is refused before it starts. */
export type Capability = 'rollout' | 'undo' | 'switch' | 'scale' | 'kill' | 'drain' | 'exec' | 'pause' | 'resize';

/** How to make an image, and how to start the same app without one. */
export interface ImageSpec {
  /** Absolute path of the build context; on local the working directory of the command. */
  context: string;
  dockerfile?: string;
  args?: Record<string, string>;
  /** Of the build: `host` where packages are fetched and the engine's own network does not get to them. */
  network?: 'host' | 'none';
  command?: string[];
  env?: Record<string, string>;
}

export interface AppSpec {
  /** Somebody else's deployment, for the url target alone; then `manifests` and `images` are empty. */
  url?: string;
  /** Of an https URL: what is trusted and shown. */
  tls?: TlsSettings;
  /** In place of what the resolver says. */
  resolve?: readonly Resolution[];
  /** Absolute paths of YAML files or folders of them. */
  manifests: string[];
  /** The Service that traffic goes to; may be left out where the manifests hold only one. */
  service?: string;
  images: Record<string, ImageSpec>;
  /** Where local's balancer listens, for browsers and other engines; by default the Service's port, or any free one. */
  port?: number;
}

/** What a user may say of the place where an app is deployed; each target takes what concerns it. */
export interface TargetSettings {
  /** kubernetes: the user's own namespace, which is left as it is; by default one is made for the run, and removed. */
  namespace?: string;
  /** kubernetes: a context of the kubeconfig; docker: one of docker's contexts. */
  context?: string;
  kubeconfig?: string;
  /** Where images are pushed for the cluster: `host:port` or `host/path`, or `kind`, `minikube`, `none` (they are there). */
  registry?: string;
  /** url: what is looked at in the namespace, in place of what app.service leads to, or beside it. */
  workload?: Workload;
}

export interface TargetContext {
  app: AppSpec;
  /** By default all of them are found as the platform's own tools find them. */
  settings?: TargetSettings;
  /** What the scenario's steps will do (`rollout`, `kill`, ...): which rights that takes, and what a way to the app must last through. */
  verbs?: readonly string[];
  /** Unique among all runs of this machine; goes into names, labels, leases. */
  runId: string;
  /** Of this run: where logs of replicas and copies of contexts go. */
  folder: string;
  /** Fixes all that the target draws by chance. */
  seed: number;
  /** Every event, as it becomes known. */
  onEvent(event: Event): void;
  /** A line for the person who watches. */
  onNotice(line: string): void;
}

/** One place that a new connection can go to. */
export interface Endpoint {
  host: string;
  port: number;
  /** The platform's name of the replica behind it. */
  pod: string;
}

/**
 * How traffic gets to a Service. `choice`: our engine picks an endpoint for each new connection, as kube-proxy would;
 * no endpoint at all is a refused connection. `address`: it connects there, something else picks.
 */
export type Route =
  | {
      kind: 'choice';
      /** The endpoints that new connections follow now. */
      endpoints(): readonly Endpoint[];
      /** Called at each change; the return value ends it. */
      onChange(listener: (endpoints: readonly Endpoint[]) => void): () => void;
      /** For browsers and other engines. */
      url: string;
    }
  | {
      kind: 'address';
      /** http or https. */
      url: string;
      /** Of https. */
      tls?: TlsSettings;
      /** Of the URL's host, in place of what the resolver says. */
      addresses?: readonly string[];
    };

export type ReplicaPhase = 'pending' | 'starting' | 'running' | 'terminating' | 'exited';

export interface ReplicaState {
  /** The platform's name of it; where a name came back (StatefulSets), the second replica of that name is `mimuc-0#2`. */
  pod: string;
  /** On Kubernetes the pod's, which never comes back. */
  uid?: string;
  /** The workload that made it; '' for a bare pod. */
  deployment: string;
  revision: string;
  /** The image's tag. */
  version: string;
  phase: ReplicaPhase;
  ready: boolean;
  /** The platform's list of endpoints names it. */
  listed: boolean;
  /** New connections may still be led to it, as far as can be seen; follows `listed` by the spread of the change. */
  routed: boolean;
  restarts: number;
  /** Why its container does not run, where it waits to be started again: `CrashLoopBackOff`. */
  waiting?: string;
  /** How its container last ended, where it did. */
  lastExit?: { code: number | null; signal: string | null; reason: string; message?: string };
}

/** A Deployment, or another workload that makes replicas. */
export interface DeploymentState {
  name: string;
  /** By default Deployment. */
  kind?: WorkloadKind;
  revision: string;
  /** Other revisions of which replicas are to stay for good, such as those below a StatefulSet's partition. */
  keeps?: readonly string[];
  promise: DeploymentPromise;
  updated: number;
  ready: number;
  available: number;
  /** `complete` as `kubectl rollout status` sees it; `stuck` past its progress deadline. */
  progress: 'progressing' | 'complete' | 'stuck';
  reason?: string;
}

/** What replicas use, where the platform tells. */
export interface UsageSource {
  /** Who says it, and over which time. */
  readonly source: string;
  /**
   * Of those that run. A time for which this rejects is blind; with HITLESS_NO_USAGE it is never told, and nobody asks again.
   */
  read(signal: AbortSignal): Promise<UsageReading[]>;
}

export interface TargetState {
  deployments: DeploymentState[];
  /** Those that exited stay listed for as long as the run lasts. */
  replicas: ReplicaState[];
}

/**
 * Where an app is deployed. Calls start something and return when the platform has accepted it, not when it is done:
 * steps watch `state` and `onChange` for that, by the same rules on every target. All calls reject with a HitlessError.
 */
export interface Target {
  readonly kind: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** Nothing is known of replicas: `state` stays empty, so no step can wait for a Deployment. */
  readonly replicasUnseen?: boolean;
  /** Reads and judges manifests, images and the environment; nothing runs yet. Also removes what dead runs left. */
  prepare(): Promise<void>;
  /** Creates what the manifests say. */
  apply(): Promise<void>;
  rollout(deployment: string, image: string): Promise<void>;
  /** Back to the revision before, as `kubectl rollout undo`. */
  undo(deployment: string): Promise<void>;
  switch(service: string, selector: Record<string, string>): Promise<void>;
  scale(deployment: string, replicas: number): Promise<void>;
  /** Kills the container (not the pod) of one replica, with the signal; without a pod, a ready one drawn by chance. Returns its pod's name. */
  kill(deployment: string, options?: { pod?: string; signal?: string }): Promise<string>;
  exec(pod: string, command: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Lets a Deployment's template change without a rollout, until it is resumed. Only with the capability `pause`. */
  pause?(deployment: string, paused: boolean): Promise<void>;
  /** Moves all replicas away from a node, as `kubectl drain`. Only with the capability `drain`. */
  drain?(node: string): Promise<void>;
  /** Changes requests and limits of running containers in place. Only with the capability `resize`. */
  resize?(deployment: string, resources: { cpu?: string; memory?: string }): Promise<void>;
  /** How traffic gets to a Service; without a name, to the app's main one. */
  route(service?: string): Promise<Route>;
  /** Makes sure that `state` is not older than this call, where others than this target change what is there. */
  refresh?(): Promise<void>;
  state(): TargetState;
  onChange(listener: () => void): () => void;
  facts(): TargetFacts;
  /**
   * Which pods their apps call so in answers, as far as it is known for sure; asked where connections do not show it, also after
   * `cleanup`.
   */
  podsCalled?(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  readonly usage?: UsageSource | undefined;
  /** Of docker, for a scenario without manifests: the engine, in the hands of the scenario's own steps. */
  readonly docker?: EngineInHand;
  /** Removes all that this run made, at once, without grace. May be called at any time, twice, and after a failure. */
  cleanup(): Promise<void>;
}

export type TargetFactory = (context: TargetContext) => Target;
