import type { ChildProcess } from 'node:child_process';
import type { Path } from '../../../record/facts.ts';

/** Where a front sends what it gets. */
export interface Backend {
  host: string;
  port: number;
}

/** A real proxy in front of an app, a process of its own on loopback. */
export interface Front {
  name: string;
  url: string;
  /** The same way, to something that the front answers itself. */
  controlUrl: string;
  path: Path;
  /** What it writes of each request; where it does. */
  accessLog: string | null;
  process: ChildProcess;
  /** The replicas that it may choose from, as its own control plane would tell it. */
  follow(backends: readonly Backend[]): void | Promise<void>;
  /** As its operator does it, without losing requests. */
  reload(): void;
  stop(): Promise<void>;
}

export interface FrontOptions {
  folder: string;
  backends: readonly Backend[];
  /** Something that stays where it is: for fronts that only pass bytes on. */
  control: Backend;
  /** nginx: asks another upstream where one fails. */
  retries?: boolean;
  /** nginx: opens a connection for each request, as it does unless told otherwise. */
  opensEach?: boolean;
  /** nginx: this share of answers, such as `0.1%`, are 503. */
  ordinary503?: string;
  /** nginx: an address of this machine where it listens too. */
  alsoAt?: string;
}
