import type { Attempt } from '../../record/attempt.ts';
import type { Connection } from './connection.ts';
import type { Destination } from './destination.ts';
import type { AnswerJudge } from './judge.ts';
import type { KnownHeads } from './known-head.ts';
import type { Lane } from './lane.ts';
import type { Books, Recorder } from './recorder.ts';
import type { RequestBytes, RequestWriter } from './request.ts';
import type { TlsClient } from './secure-socket.ts';
import type { SourceAddresses } from './source-address.ts';

/** A lane as one thread works it. */
export interface LaneWork {
  lane: Lane;
  judge: AnswerJudge;
  requests: RequestWriter;
  /** What its requests hold and no row may, longest first: an answer can tell it back. */
  secrets: readonly string[];
  books: Books;
}

/** One attempt under way. */
export interface Exchange {
  attempt: Attempt;
  work: LaneWork;
  bytes: RequestBytes;
  /** An asset of a page: its content type must be one that a browser takes for it. */
  isAsset?: boolean;
  /** `ended` looks into the body. */
  keepsBody?: boolean;
  /** Called once, when the attempt's outcome is known; the connection may have been closed by then. */
  ended(connection: Connection): void;
}

/** What all connections of a thread share. */
export interface Wire {
  destination: Destination;
  /** null: connections are plain TCP. */
  tls: TlsClient | null;
  /** null: the system chooses local ends. */
  sources: SourceAddresses | null;
  recorder: Recorder;
  /** Of the answers to all lanes that go this way. */
  knownHeads: KnownHeads;
  /** Every read goes here: it is looked through before the next one comes. */
  buffer: Buffer;
  /** Connections with an attempt under way: their limits are looked at every few milliseconds. */
  busy: Set<Connection>;
  nextConnectionNumber(): number;
  /** How many rounds there were (see Rounds): between two of them all sockets are read. */
  rounds(): number;
  /** When the next round should be at the latest; a time in the past: the thread is held up since then. */
  nextRoundUs(): number;
  /** Something changed that may let an attempt go. */
  wake(): void;
  /** Perhaps nothing is under way any more. */
  rest(): void;
}
