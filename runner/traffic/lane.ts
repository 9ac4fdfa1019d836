import type { ConnectionPolicy, EngineName } from '../../record/facts.ts';
import type { FlowSource } from './flow/flow.ts';

/** What a good answer is. */
export interface Expectation {
  /** Allowed statuses; empty: any 2xx. */
  statuses: readonly number[];
  headers: Readonly<Record<string, string>>;
  minBytes: number | null;
  maxBytes: number | null;
  /** A JSON Schema for the body; true: any JSON; null: the body is not looked into. */
  json: object | true | null;
}

/** What a visitor does. */
export interface Session {
  page: string;
  /** auto: what the page names in its HTML. */
  assets: readonly string[] | 'auto';
  /** One connection for the visit, or one for each of its requests. */
  connections: 'one' | 'each';
  /** Between the page and its assets. */
  pauseUs: number;
}

/** What a page names is not known before it has come. */
const guessedAssets = 3;
/** Nor what a flow asks for. */
const guessedOfFlow = 5;

/** How many requests one of a lane's rate stands for: a visitor asks for a page and its assets. */
export function requestsEach({ session, flow }: Lane): number {
  if (flow !== undefined) return guessedOfFlow;
  if (session === null) return 1;
  return 1 + (session.assets === 'auto' ? guessedAssets : session.assets.length);
}

/** In microseconds from the start of traffic; `toUs` is not part of it. */
export interface Turn {
  fromUs: number;
  toUs: number;
}

/** A lane with every default filled in; durations in microseconds. */
export interface Lane {
  name: string;
  engine: EngineName;
  connection: ConnectionPolicy;
  /** Requests a second at the start (visitors of a session lane). */
  rate: number | 'unpaced';
  arrivals: 'constant' | 'poisson';
  /** After the start: to this rate within that time, one after the other. */
  ramps: readonly { to: number; overUs: number }[];
  /** The lane ends by itself after so many; null: when the steps are over. */
  requests: number | null;
  /** Of kept: how many connections. */
  connections: number;
  /** Of kept: how many more may be opened when all are busy. Of fresh and session: how many may be under way at once. */
  overflow: number;
  /** Of kept, where nobody set `overflow`: how many more may be open in all for what has waited for a second. By default none. */
  overflowOfWaiting?: number;
  life: { requests: number | null; ageUs: number | null };
  /** The Service that it goes to; null: the app's main one. */
  service: string | null;
  /** Of a control lane: where it goes, whatever the app's route is; its path is its own. */
  control: string | null;
  session: Session | null;
  /** Of a session lane without a `session`: visitors who do what a function says. */
  flow?: FlowSource;
  request: { method: string; path: string; headers: Readonly<Record<string, string>>; body: string | null };
  expect: Expectation;
  /** `connectUs`: looking up the name and TCP; `tlsUs`: the handshake on top of it. */
  limits: { connectUs: number; tlsUs: number; headersUs: number; bodyUs: number };
  resolutionUs: number;
  spin: boolean;
  /** Of the engine k6: the script that sends, by its absolute path, and what it finds in __ENV. Without it: ours, which does as the lane says. */
  k6?: { script: string; env: Readonly<Record<string, string>> };
  /** Over TLS: whether new connections go on with the session of an earlier one; absent: as the route says. */
  tls?: { reuse: boolean };
  /** It sends in these stretches alone, which rise and do not overlap, and its plan stands still between them; absent: all the time. */
  turns?: readonly Turn[];
}
