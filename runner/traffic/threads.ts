import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import { isLoopback, placeOf } from '../../targets/address.ts';
import type { Endpoint, Route } from '../../targets/target.ts';
import { FlowWatch } from './flow/flow-watch.ts';
import { createBeats } from './flow/heartbeat.ts';
import { Judge } from './judge.ts';
import { leastOf, type Scheduling } from './priority.ts';
import { ProcessorWatch } from './processor-watch.ts';
import { addressesOf, reachableFamily } from './reachable.ts';
import { recorded } from './recorded.ts';
import { assertRequests } from './request.ts';
import { routeOfLane } from './route-of-lane.ts';
import { chooseThreads, threadsOfLane } from './share.ts';
import { drawSourceBlock } from './source-address.ts';
import { createCounts, readCounts } from './tally.ts';
import type { Traffic, TrafficOptions } from './traffic.ts';
import type { RouteSetup, ThreadSetup } from './traffic-thread.ts';
import { TrafficWorker } from './traffic-worker.ts';

/** Until the plan begins: the message has to reach every thread. */
const startDelayUs = 5_000;

/** The builtin engine with a record of its own. Rejects as prepareThreads does. */
export function prepareTraffic(options: TrafficOptions, threads?: number): Promise<Traffic> {
  return recorded(options, (each) => prepareThreads(each, threads));
}

/**
 * The builtin engine, ready to start: its threads run and are warm. It appends to a record that is there and ends it not.
 * Takes about half a second. Rejects with HITLESS_REQUEST, HITLESS_LANE_SCHEMA or HITLESS_ROUTE where a lane or the route
 * cannot be used, and HITLESS_RECORD_WRITE where the record cannot be written. `threads` is for tests.
 */
export async function prepareThreads(options: TrafficOptions, threads?: number): Promise<Traffic> {
  const { lanes, identity } = options;
  for (const lane of lanes) {
    assertRequests(lane);
    new Judge(lane, identity);
  }
  const routes = [options.route, ...(options.services?.values() ?? [])];
  const setups = await Promise.all(routes.map(routeSetup));
  const count = threads ?? chooseThreads(lanes, availableParallelism(), routes.some(isSecure));
  const shared: Omit<ThreadSetup, 'thread'> = {
    lanes,
    identity,
    routes: setups,
    routeOfLane: lanes.map((lane) => routes.indexOf(routeOfLane(lane, options))),
    seed: options.seed,
    threads: count,
    runTag: randomBytes(4).toString('hex'),
    sourceBlock: drawSourceBlock(),
    counts: createCounts(lanes.length, count),
    beats: lanes.some(({ flow }) => flow !== undefined) ? createBeats(count) : null,
  };
  const traffic = new Threads(options, routes, shared);
  try {
    await traffic.ready();
  } catch (error) {
    await traffic.abort();
    throw error;
  }
  return traffic;
}

class Threads implements Traffic {
  readonly finished: Promise<void>;
  scheduling: Scheduling = 'ordinary';
  readonly #options: TrafficOptions;
  readonly #counts: SharedArrayBuffer;
  readonly #workers: TrafficWorker[];
  /** null: no lane has a flow. */
  readonly #flowWatch: FlowWatch | null;
  /** null: requests leave this machine, and how busy it is says nothing of who answers. */
  readonly #processors: ProcessorWatch | null;
  readonly #forgetRoutes: readonly (() => void)[];
  #resolveFinished: () => void = () => {};
  /** Parts of lanes with a number of requests that are still to be done. */
  #openParts: number;
  #failed = false;
  #closing: Promise<void> | null = null;

  constructor(options: TrafficOptions, routes: readonly Route[], shared: Omit<ThreadSetup, 'thread'>) {
    this.#options = options;
    this.#counts = shared.counts;
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    this.#openParts = shared.lanes
      .filter((lane) => lane.requests !== null)
      .reduce((parts, lane) => parts + threadsOfLane(lane, shared.threads), 0);
    this.#workers = Array.from({ length: shared.threads }, (_, thread) => {
      return new TrafficWorker(
        { setup: { ...shared, thread }, attemptsFile: options.attemptsFile },
        {
          onEvent: options.onEvent,
          onLaneDone: () => this.#partDone(),
          onFailure: (error) => this.#fail(error),
        },
      );
    });
    const { beats, lanes } = shared;
    this.#processors = shared.routes.every(staysHere) ? new ProcessorWatch(options.onEvent) : null;
    this.#flowWatch = beats && new FlowWatch(beats, lanes, this.#workers, (error) => this.#fail(error));
    this.#forgetRoutes = routes.map((route, index) => {
      if (route.kind !== 'choice') return () => {};
      const tell = (endpoints: readonly Endpoint[]) =>
        this.#tellAll({ kind: 'endpoints', route: index, endpoints: [...endpoints] });
      const forget = route.onChange(tell);
      // A change between reading the list and listening would be missed for good.
      tell(route.endpoints());
      return forget;
    });
  }

  async ready(): Promise<void> {
    const scheduled = await Promise.all(this.#workers.map((worker) => worker.ready));
    this.scheduling = leastOf(scheduled);
  }

  start(): number {
    const fromUs = nowUs() + startDelayUs;
    this.#tellAll({ kind: 'start', fromUs });
    this.#flowWatch?.start();
    this.#processors?.start();
    return fromUs;
  }

  counts() {
    const { lanes } = this.#options;
    return lanes.map((lane, index) => readCounts(this.#counts, lane.name, index, lanes.length));
  }

  stop(): Promise<void> {
    return this.#close({ kind: 'stop', stopUs: nowUs() });
  }

  /** Also after stop(), which then resolves early. */
  abort(): Promise<void> {
    this.#tellAll({ kind: 'abort' });
    this.#closing ??= this.#closed();
    return this.#flowWatch?.endSoon(this.#closing) ?? this.#closing;
  }

  #close(message: { kind: 'stop'; stopUs: number }): Promise<void> {
    if (this.#closing === null) {
      this.#tellAll(message);
      this.#closing = this.#closed();
    }
    return this.#closing;
  }

  async #closed(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.closed));
    this.#flowWatch?.stop();
    this.#processors?.stop();
    for (const forget of this.#forgetRoutes) forget();
    this.#resolveFinished();
  }

  #partDone(): void {
    if (--this.#openParts === 0) this.#resolveFinished();
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onError(error);
  }

  #tellAll(message: Parameters<TrafficWorker['tell']>[0]): void {
    for (const worker of this.#workers) worker.tell(message);
  }
}

async function routeSetup(route: Route): Promise<RouteSetup> {
  const url = URL.parse(route.url);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new HitlessError('HITLESS_ROUTE', `${route.url} is not an address that the builtin engine can send to`, {
      blame: 'usage',
      hint: 'It takes http://host:port and https://host:port.',
    });
  const { host } = url;
  if (route.kind === 'choice') return { kind: 'choice', endpoints: [...route.endpoints()], host };
  const { host: address, port } = placeOf(url);
  const addresses = await addressesOf(address, route.addresses);
  const family = await reachableFamily(addresses, port);
  const pinned = route.addresses?.filter((each) => isIP(each) === family) ?? null;
  return { kind: 'address', address, port, family, pinned, tls: isSecure(route) ? (route.tls ?? {}) : null, host };
}

/** Whoever is told to serve later is where those of now are. */
function staysHere(route: RouteSetup): boolean {
  if (route.kind === 'choice')
    return route.endpoints.length > 0 && route.endpoints.every(({ host }) => isLoopback(host));
  return (route.pinned ?? [route.address]).every(isLoopback);
}

function isSecure({ url }: Route): boolean {
  return URL.parse(url)?.protocol === 'https:';
}
