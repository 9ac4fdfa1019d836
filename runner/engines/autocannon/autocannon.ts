import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { nowUs } from '../../../record/clock.ts';
import { HitlessError } from '../../../record/error.ts';
import type { BlindSpot } from '../../../record/facts.ts';
import { addressText, placeOf } from '../../../targets/address.ts';
import type { Route } from '../../../targets/target.ts';
import { Judge } from '../../traffic/judge.ts';
import type { Lane } from '../../traffic/lane.ts';
import type { Scheduling } from '../../traffic/priority.ts';
import { assertRequests } from '../../traffic/request.ts';
import { routeOfLane } from '../../traffic/route-of-lane.ts';
import { createCounts, readCounts } from '../../traffic/tally.ts';
import type { LaneCounts, Traffic, TrafficOptions } from '../../traffic/traffic.ts';
import { TrafficWorker } from '../../traffic/traffic-worker.ts';
import { type Engine, firstConnectionOf } from '../engine.ts';
import type { ThreadData } from './autocannon-thread.ts';
import type { Way } from './lane-run.ts';
import { assertLane } from './rules.ts';

const script = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** A closed loop: each connection waits for its answer, whatever the rate. */
const waits: BlindSpot = { what: 'requests that nobody sends while a connection waits for its answer', hides: 'time' };
const bursts: BlindSpot = { what: 'what happens between the bursts that begin each second', hides: 'time' };

/**
 * autocannon, a program to measure with, as an engine for kept connections, in one thread of its own. What its own report
 * leaves out (a request under which the connection ends) is seen all the same: see TappedClient.
 */
export const autocannonEngine: Engine = {
  name: 'autocannon',
  blindTo: ({ rate }) => (rate === 'unpaced' ? [waits] : [waits, bursts]),
  arrivals: ({ rate }) => (rate === 'unpaced' ? 'constant' : 'bursts'),
  async prepare(options) {
    for (const lane of options.lanes) {
      assertRequests(lane);
      assertLane(lane);
      new Judge(lane, options.identity);
    }
    const traffic = new AutocannonTraffic(options);
    try {
      traffic.scheduling = await traffic.ready;
    } catch (error) {
      await traffic.abort();
      throw error;
    }
    return traffic;
  },
};

class AutocannonTraffic implements Traffic {
  readonly finished: Promise<void>;
  readonly ready: Promise<Scheduling>;
  scheduling: Scheduling = 'ordinary';
  readonly #lanes: readonly Lane[];
  readonly #counts: SharedArrayBuffer;
  readonly #worker: TrafficWorker;

  constructor({ lanes, identity, attemptsFile, onEvent, onError, ...ways }: TrafficOptions) {
    this.#lanes = lanes;
    this.#counts = createCounts(lanes.length, 1);
    const data: ThreadData = {
      lanes,
      ways: lanes.map((lane) => wayOf(lane, routeOfLane(lane, ways))),
      identity,
      runTag: `ac${randomBytes(4).toString('hex')}`,
      firstConnection: firstConnectionOf.autocannon,
      counts: this.#counts,
      attemptsFile,
    };
    const finished = Promise.withResolvers<void>();
    let open = lanes.filter(({ requests }) => requests !== null).length;
    const onLaneDone = () => {
      if (--open === 0) finished.resolve();
    };
    this.#worker = new TrafficWorker(data, { onEvent, onLaneDone, onFailure: onError }, script);
    this.ready = this.#worker.ready;
    void this.#worker.closed.then(finished.resolve);
    this.finished = finished.promise;
  }

  start(): number {
    const fromUs = nowUs();
    this.#worker.tell({ kind: 'start', fromUs });
    return fromUs;
  }

  counts(): LaneCounts[] {
    return this.#lanes.map(({ name }, index) => readCounts(this.#counts, name, index, this.#lanes.length));
  }

  stop(): Promise<void> {
    this.#worker.tell({ kind: 'stop', stopUs: nowUs() });
    return this.#worker.closed;
  }

  abort(): Promise<void> {
    this.#worker.tell({ kind: 'abort' });
    return this.#worker.closed;
  }
}

/** Where a lane goes: of a choice of replicas, to what chooses for other engines. */
function wayOf(lane: Lane, route: Route): Way {
  const url = new URL(route.url);
  const tls = route.kind === 'address' && url.protocol === 'https:' ? (route.tls ?? {}) : null;
  // autocannon takes any certificate, whatever it is told.
  if (tls !== null && tls.insecure !== true)
    throw new HitlessError(
      'HITLESS_ENGINE',
      `lane ${lane.name}: autocannon does not verify ${url.host}'s certificate`,
      {
        blame: 'usage',
        hint: 'Use the builtin engine, or say that any certificate will do: app.tls.insecure: true.',
      },
    );
  const { host, port } = placeOf(url);
  const address = (route.kind === 'address' ? route.addresses?.[0] : undefined) ?? host;
  const place = addressText({ host: address, port });
  // An address in place of the name does not say whose certificate is asked for.
  const secure = tls && { ...(isIP(host) === 0 && { servername: host }), ...tls };
  return { url: `${url.protocol}//${place}/`, host: url.host, tls: secure };
}
