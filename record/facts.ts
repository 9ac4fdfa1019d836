import type { ClockAnchor } from './clock.ts';
import type { DeploymentPromise, Ending, Event } from './event.ts';
import type { LedgerFacts } from './ledger.ts';
import type { UsageFacts } from './usage.ts';
import type { WorkloadKind } from './workload.ts';

/** Where in an answer something is: a JSON pointer into its body (`body:/name`), or a header (`header:x-version`). */
export type IdentitySource = string;

export interface Identity {
  replica?: IdentitySource;
  version?: IdentitySource;
  counter?: IdentitySource;
}

export type ConnectionPolicy = 'fresh' | 'kept' | 'session';

/** Who sends a lane's requests. */
export const engineNames = ['builtin', 'autocannon', 'k6'] as const;
export type EngineName = (typeof engineNames)[number];

/** What an engine does not see of a lane's requests. */
export interface BlindSpot {
  /** What a reader is told is not seen: `an answer that nobody asked for`. */
  what: string;
  /**
   * What it makes look better than it was. `loss`: a lost request can look as if none was, so what rests on losses cannot
   * pass; `time`: latency, of which a server that waits keeps the worst out; `kind`: how a request was lost.
   */
  hides: 'loss' | 'time' | 'kind';
  /** Of `loss`: the server's own ledger, where it has each good answer just once, shows that there was none after all. */
  shownByLedger?: boolean;
}

/** What an engine itself says of a lane at the end, such as whether a threshold of a k6 script held; it decides as a check does. */
export interface EngineFinding {
  /** `k6-threshold: http_req_failed rate<0.01` */
  name: string;
  verdict: 'pass' | 'fail' | 'inconclusive';
  /** One sentence. */
  message: string;
  /** Of inconclusive: what would make it conclusive. */
  hint?: string;
  expected: string | null;
  actual: string | null;
}

/** What is true of a lane for the whole run. */
export interface LaneFacts {
  name: string;
  engine: EngineName;
  /** Absent where every loss shows. */
  blindTo?: BlindSpot[];
  connection: ConnectionPolicy;
  /** Visitors do what a function of the scenario says; the ids of a page's assets are the page's with a number behind. */
  flow?: boolean;
  /** `control`: it goes to what nobody deploys, and tells a fault of the way there from one of the app. By default `app`. */
  role?: 'app' | 'control';
  /** The Service that it goes to, where the scenario names it. */
  service?: string;
  /** Requests a second at the most, as planned; null for `unpaced`. */
  peakRate: number | null;
  /** By default constant. `bursts`: all that is due in a second at its start. */
  arrivals?: 'constant' | 'poisson' | 'bursts';
  /** The shortest interval without sending that makes the lane blind, in ms. */
  resolutionMs: number;
  /** What the engine counted itself at the end of traffic; the judge holds the record to it. */
  counted?: LaneCount;
  /** What the engine found by itself, at the end of traffic. */
  findings?: EngineFinding[];
}

export interface LaneCount {
  planned: number;
  sent: number;
  unsent: number;
  ok: number;
  failed: number;
  unanswered: number;
}

export interface StepFacts {
  /** Place in the scenario, from 0. */
  index: number;
  /** `rollout`, `hold`, ... */
  verb: string;
  /** What a person reads: `rollout mimuc-app to v0.0.2`. */
  name: string;
  fromUs: number;
  toUs: number;
  verdict: 'pass' | 'fail' | 'inconclusive' | 'error';
  message?: string;
  /** Of inconclusive: what would make it conclusive, to stand behind "to find out:". */
  hint?: string;
  /** Of a step that replaces or removes replicas: whether each termination was watched to its end. */
  terminationsWatched?: boolean;
  /** Of rollout, undo, and what waits for a rollout of others: how many replicas were replaced. */
  replaced?: number;
  /** Of run. */
  command?: CommandFacts;
  /** It was part of the way back, after the verdict was fail. */
  rollback?: boolean;
}

/** How a command of the user's ended. */
export interface CommandFacts {
  /** null where a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  /** It was not done in time, and was ended with all that it had started. */
  timedOut: boolean;
  endedUs: number;
  /** The file of the run's folder that holds what it printed. */
  log: string;
}

/** The way back, where a scenario says how and the verdict was fail. */
export interface RollbackFacts {
  fromUs: number;
  /** Why: the reasons behind the verdict, worst first. */
  because: string[];
  /** Of the replicas that served, as the platform names them: when traffic began, and at the end. Absent where it shows none. */
  versions?: { before: string[]; after: string[] };
}

/** direct: each new connection is a choice of replica; l4-proxy accepts in its place; l7-proxy answers in its place. */
export type Path = 'direct' | 'l4-proxy' | 'l7-proxy' | 'unknown';

/** All that checks may see besides the attempts. Kept in the run's folder as run.json (events in events.ndjson). */
export interface RunFacts {
  anchor: ClockAnchor;
  /** Start and end of traffic; the zero of all times in reports is trafficFromUs. */
  trafficFromUs: number;
  trafficToUs: number;
  complete: boolean;
  /** What went wrong in the harness or its environment, one line each: they make the verdict `error`. */
  errors: string[];
  scenario: { name: string; description?: string; file: string; seed: number };
  target: TargetFacts;
  identity: Identity;
  lanes: LaneFacts[];
  steps: StepFacts[];
  /** Absent where nothing was taken back. */
  rollback?: RollbackFacts;
  events: Event[];
  /** What replicas used while there was traffic; absent where the target cannot tell. */
  usage?: UsageFacts;
  /** What a proxy's own log says of the requests, where there is one. */
  accessLog?: AccessLogFacts;
  /** What the app's own ledger says of the requests, where there is one. */
  ledger?: LedgerFacts;
  environment: Record<string, string | number>;
}

/** What a proxy's access log and the record have in common. */
export interface AccessLogFacts {
  file: string;
  /** Sent. */
  requests: number;
  /** Of them: those that the log tells of. */
  joined: number;
  /** Requests with a good answer for which the proxy asked more than once, by method: a loss that clients never see. */
  hidden: Record<string, number>;
}

export interface TargetFacts {
  kind: string;
  path: Path;
  /** What that rests on, or why it is not known, a sentence each. */
  pathEvidence?: string[];
  /** What is not as on the real thing, a word each (`pid1`). */
  approximate: string[];
  /** Equal shares follow from the path: no affinity, no zone hints, no Local policy. */
  equalShares: boolean;
  details?: Record<string, string | number | boolean>;
  /** What a reader of the verdict has to know of the place, a sentence each. */
  notes?: string[];
  /** Pods by what their app calls itself in answers, where the way to the app does not show them; as their own output says it. */
  names?: Record<string, string>;
  /** What the manifests ask for; absent where the target knows none. */
  deployments?: DeploymentFacts[];
  /** Where each pod was, by its name; absent where there are no nodes. */
  places?: Record<string, ReplicaPlace>;
}

export interface ReplicaPlace {
  node: string;
  zone?: string;
  region?: string;
}

/** What a workload's manifest asks for, as far as it decides whether requests are lost. */
export interface DeploymentFacts extends Ending {
  name: string;
  /** By default Deployment. */
  kind?: WorkloadKind;
  /** At the start of the run. */
  promise: DeploymentPromise;
  readinessProbe: boolean;
  /** The least from started to available: the probe's initial delay and minReadySeconds. */
  readySeconds?: number;
  /**
   * From when a replica's readiness probe begins to fail until it is no longer ready, at the most, where the platform probes on new
   * connections until the replica has ended.
   */
  unreadySeconds?: number;
}
