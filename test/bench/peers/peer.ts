/** What is to be sent. */
export interface Load {
  url: string;
  connections: number;
  /** Requests a second; null: each connection sends when its last answer is in. */
  rate: number | null;
  until: { seconds: number } | { requests: number };
}

/** What a sender says of itself. */
export interface Reported {
  /** Requests that it knows of, those that failed too. */
  counted: number;
  failed: number;
  /** Its own lateness, due to ready, 99th percentile; absent where it does not say. */
  ownLateP99Ms?: number;
}

/** A command to run. `input` goes to its standard input. */
export interface Order {
  command: string;
  args: readonly string[];
  input?: string;
}

/** A load generator. */
export interface Peer {
  /** With its version, where it tells one. */
  readonly name: string;
  /** How it is told to send the load, with its defaults for all else; null: it cannot. `folder` is for its files. */
  order(load: Load, folder: string): Order | null;
  /** What it reported of the order that was run last in this folder. */
  reported(stdout: string, folder: string): Reported;
}
