import type { ArrivalServer } from '../arrival-server.ts';
import type { Measured } from '../measured.ts';
import type { Peer } from '../peers/peer.ts';

/** What a part of the benchmarks is given. */
export interface Bench {
  peers: readonly Peer[];
  measured: Measured;
  server: ArrivalServer;
  /** For files of senders; removed at the end. */
  folder: string;
  rounds: number;
  seconds: number;
  connections: number;
  /** Of the parts that look at memory and at reports: numbers of attempts, ascending. */
  attempts: readonly number[];
}

/** Measures, and gives back what it found as Markdown. */
export type Part = (bench: Bench) => Promise<string>;
