import type { AttemptWriter } from '../../record/attempts-writer.ts';
import type { Event } from '../../record/event.ts';
import type { Identity } from '../../record/facts.ts';
import type { Endpoint } from '../../targets/target.ts';
import type { TlsSettings } from '../../targets/tls.ts';
import { BlindWatch } from './blind.ts';
import type { Connection } from './connection.ts';
import { Address, type Destination, EndpointChoice } from './destination.ts';
import type { LaneWork, Wire } from './exchange.ts';
import type { FlowSenders } from './flow/flow-senders.ts';
import { noteBeat } from './flow/heartbeat.ts';
import { FreshLane } from './fresh.ts';
import { Judge } from './judge.ts';
import { KeptLane } from './kept.ts';
import { KnownHeads } from './known-head.ts';
import type { Lane } from './lane.ts';
import type { LaneSender } from './lane-sender.ts';
import { planOfLane } from './plan.ts';
import { seededRandom } from './random.ts';
import { Recorder } from './recorder.ts';
import { RequestWriter } from './request.ts';
import { Rounds } from './rounds.ts';
import { secretsOf } from './secrets.ts';
import { TlsClient } from './secure-socket.ts';
import { SessionLane } from './session.ts';
import { partOf, threadsOfLane } from './share.ts';
import { SourceAddresses, type SourceBlock } from './source-address.ts';
import { Tally } from './tally.ts';

/** Where connections go, as it can be told to another thread. `host`: what the Host header says. */
export type RouteSetup = { host: string } & (
  | { kind: 'choice'; endpoints: readonly Endpoint[] }
  | {
      kind: 'address';
      address: string;
      port: number;
      family: 4 | 6;
      /** Of the host, where the user gave them. */
      pinned: readonly string[] | null;
      /** null: traffic is plain HTTP. */
      tls: TlsSettings | null;
    }
);

/** All that a thread has to know; goes to it as a message. */
export interface ThreadSetup {
  lanes: readonly Lane[];
  identity: Identity;
  routes: readonly RouteSetup[];
  /** Of each lane, by place in `routes`. */
  routeOfLane: readonly number[];
  seed: number;
  thread: number;
  threads: number;
  runTag: string;
  sourceBlock: SourceBlock | null;
  counts: SharedArrayBuffer;
  /** Of threads that run flows; see flow/heartbeat.ts. */
  beats: SharedArrayBuffer | null;
}

export interface ThreadListener {
  onEvent(event: Event): void;
  /** This thread's part of a lane that has a number of requests is sent and ended. */
  onLaneDone(laneIndex: number): void;
}

const flushEveryMs = 50;
/** One read of a socket; libuv's own size. */
const readSize = 65_536;

/** One thread's share of all lanes, from the plan to the record. */
export class TrafficThread {
  readonly #senders: { sender: LaneSender; laneIndex: number; reportsDone: boolean }[] = [];
  readonly #busy = new Set<Connection>();
  readonly #recorder: Recorder;
  readonly #rounds: Rounds;
  readonly #destinations: readonly Destination[];
  readonly #tls: readonly (TlsClient | null)[];
  readonly #listener: ThreadListener;
  readonly #beat: () => void;
  #flushing: NodeJS.Timeout | null = null;
  #stopped: (() => void) | null = null;

  /** `flows`: makes the senders of lanes with flows, where there are any. */
  constructor(setup: ThreadSetup, writer: AttemptWriter, listener: ThreadListener, flows: FlowSenders | null = null) {
    const { lanes, routes, routeOfLane, seed, thread, threads } = setup;
    this.#listener = listener;
    this.#beat = () => noteBeat(setup.beats, thread);
    this.#recorder = new Recorder(writer);
    this.#destinations = routes.map((route, index) => {
      const random = seededRandom(seed, thread, 2, index);
      return route.kind === 'choice'
        ? new EndpointChoice(route.endpoints, random)
        : new Address({ ...route, host: route.address, random });
    });
    this.#tls = routes.map((route) =>
      route.kind === 'choice' || route.tls === null ? null : TlsClient.to(route.address, route.tls),
    );
    const wires = this.#wires(setup);
    lanes.forEach((lane, laneIndex) => {
      const laneThreads = threadsOfLane(lane, threads);
      if (thread >= laneThreads) return;
      const wire = wireOfLane(lane, wires[routeOfLane[laneIndex] as number] as Wire);
      const sender = createSender(setup, laneIndex, wire, this.#work(setup, laneIndex), flows);
      this.#senders.push({ sender, laneIndex, reportsDone: lane.requests !== null });
    });
    this.#rounds = new Rounds(
      this.#senders.map(({ sender }) => sender),
      // What a flow does between its requests is not seen here.
      () => flows === null && this.#busy.size === 0,
      (now) => this.#inspect(now),
    );
  }

  /** Starts every lane's plan, which counts from `fromUs`. */
  start(fromUs: number): void {
    for (const { sender } of this.#senders) sender.begin(fromUs);
    this.#flushing = setInterval(() => this.#recorder.flush(), flushEveryMs);
    this.#rounds.wake();
  }

  setEndpoints(route: number, endpoints: readonly Endpoint[]): void {
    const destination = this.#destinations[route];
    if (destination instanceof EndpointChoice) destination.endpoints = endpoints;
  }

  /** What was due by `stopUs` is still sent; resolves when all of it has ended and is written. */
  stop(stopUs: number): Promise<void> {
    for (const { sender } of this.#senders) sender.endPlan(stopUs);
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#rounds.wake();
    });
  }

  /** Ends at once: what is under way is unanswered. */
  abort(): void {
    this.#stopped = null;
    for (const { sender } of this.#senders) sender.abort();
    for (const connection of this.#busy) connection.abandon();
    this.#close();
  }

  #inspect(now: number): void {
    this.#beat();
    for (const connection of this.#busy) connection.expire(now);
    for (const { sender } of this.#senders) sender.expire(now);
    this.#recorder.releaseOld(now);
    for (const each of this.#senders)
      if (each.reportsDone && each.sender.isDone()) {
        each.reportsDone = false;
        this.#recorder.flush();
        this.#listener.onLaneDone(each.laneIndex);
      }
    if (this.#stopped !== null && this.#senders.every(({ sender }) => sender.isDone())) {
      const stopped = this.#stopped;
      this.#stopped = null;
      for (const { sender } of this.#senders) sender.work.books.blind.finish(now);
      this.#close();
      stopped();
    }
  }

  #close(): void {
    if (this.#flushing !== null) clearInterval(this.#flushing);
    this.#rounds.stop();
    for (const { sender } of this.#senders) sender.closeIdle();
    this.#recorder.close();
  }

  #work(setup: ThreadSetup, laneIndex: number): LaneWork {
    const { lanes, identity, counts, thread } = setup;
    const lane = lanes[laneIndex] as Lane;
    return {
      lane,
      judge: new Judge(lane, identity),
      requests: new RequestWriter(lane, hostOf(setup, laneIndex)),
      secrets: secretsOf([lane]),
      books: {
        tally: new Tally(counts, laneIndex, lanes.length, thread),
        blind: new BlindWatch(lane.name, lane.resolutionUs, (event) => this.#listener.onEvent(event)),
      },
    };
  }

  /** One for each route; they share all else. */
  #wires({ sourceBlock, thread, threads }: ThreadSetup): Wire[] {
    let connections = 0;
    const shared: Omit<Wire, 'destination' | 'knownHeads' | 'tls'> = {
      sources: sourceBlock === null ? null : new SourceAddresses(sourceBlock, { thread, threads }),
      recorder: this.#recorder,
      buffer: Buffer.allocUnsafeSlow(readSize),
      busy: this.#busy,
      nextConnectionNumber: () => 1 + thread + threads * connections++,
      rounds: () => this.#rounds.count,
      nextRoundUs: () => this.#rounds.expectedUs,
      wake: () => this.#rounds.wake(),
      rest: () => this.#rounds.rest(),
    };
    return this.#destinations.map((destination, route) => ({
      ...shared,
      destination,
      knownHeads: new KnownHeads(),
      tls: this.#tls[route] ?? null,
    }));
  }
}

/** What the Host header of a lane's requests says. */
function hostOf({ routes, routeOfLane }: ThreadSetup, laneIndex: number): string {
  return (routes[routeOfLane[laneIndex] as number] as RouteSetup).host;
}

/** A lane that says how TLS sessions are used has its own. */
function wireOfLane({ tls }: Lane, wire: Wire): Wire {
  return tls === undefined || wire.tls === null ? wire : { ...wire, tls: wire.tls.apart(tls.reuse) };
}

function createSender(
  setup: ThreadSetup,
  laneIndex: number,
  wire: Wire,
  work: LaneWork,
  flows: FlowSenders | null,
): LaneSender {
  const { seed, thread, runTag } = setup;
  const { lane } = work;
  const threads = threadsOfLane(lane, setup.threads);
  const options = {
    work,
    wire,
    runTag,
    plan:
      lane.rate === 'unpaced' ? null : planOfLane({ ...lane, rate: lane.rate }, seed, laneIndex, { thread, threads }),
    unpaced: { first: thread, step: threads, limit: lane.requests ?? Number.POSITIVE_INFINITY },
  };
  const connections = partOf(lane.connections, thread, threads);
  const overflow = partOf(lane.overflow, thread, threads);
  const ofWaiting = partOf(lane.overflowOfWaiting ?? 0, thread, threads);
  if (lane.connection === 'kept') return new KeptLane(options, connections, { atOnce: overflow, ofWaiting });
  const most = lane.rate === 'unpaced' ? connections : Math.max(1, overflow);
  if (lane.flow !== undefined && flows !== null)
    return flows(options, { laneIndex, host: hostOf(setup, laneIndex), most });
  return lane.connection === 'fresh' ? new FreshLane(options, most) : new SessionLane(options, most);
}
