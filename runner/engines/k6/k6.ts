import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AttemptWriter } from '../../../record/attempts-writer.ts';
import { nowUs } from '../../../record/clock.ts';
import { HitlessError } from '../../../record/error.ts';
import type { Route } from '../../../targets/target.ts';
import { headerValue } from '../../traffic/header-value.ts';
import type { Lane } from '../../traffic/lane.ts';
import { assertRequests } from '../../traffic/request.ts';
import { routeOfLane } from '../../traffic/route-of-lane.ts';
import type { Traffic, TrafficOptions } from '../../traffic/traffic.ts';
import { type Engine, firstConnectionOf } from '../engine.ts';
import { blindSpots } from './blind-spots.ts';
import { LaneRun } from './lane-run.ts';
import { findK6 } from './version.ts';

/** The user's own k6: it runs a script for each lane. What a script of the user's will do nobody knows before the end. */
export const k6: Engine = {
  name: 'k6',
  blindTo: ({ connection, rate, k6: own }) =>
    blindSpots({
      repeatsPossible: connection === 'fresh' ? 0 : 1,
      withoutId: own === undefined ? 0 : 1,
      isPaced: own === undefined && rate !== 'unpaced',
    }),
  prepare: prepareK6,
};

const readEveryMs = 50;
/** setup() of a script may take 60 s by default; a rate that begins at 0 takes a while too. */
const firstRequestMs = 90_000;

/** Starts a k6 for each lane, and waits until each has begun its first request: what comes from then on is in the record. */
async function prepareK6(options: TrafficOptions): Promise<Traffic> {
  const found = await findK6();
  const runTag = `k6-${randomBytes(4).toString('hex')}`;
  const folder = dirname(options.attemptsFile);
  const plans = options.lanes.map((lane) => {
    const route = routeOf(lane, options);
    assertRequests(lane);
    assertOwnPace(lane);
    return { lane, route, script: lane.k6?.script ?? shippedScript() };
  });
  const writer = new AttemptWriter(options.attemptsFile);
  const runs: LaneRun[] = [];
  let connection = firstConnectionOf.k6;
  const traffic = new K6Traffic(runs, writer, options.onError);
  try {
    for (const { lane, route, script } of plans) {
      runs.push(
        await LaneRun.start({
          k6: found,
          lane,
          script,
          env: lane.k6?.env ?? {},
          told: toldTo(lane, route, options, `${runTag}-${runs.length}`),
          tls: route.kind === 'address' ? (route.tls ?? {}) : {},
          folder,
          runTag: `${runTag}-${runs.length}`,
          writer,
          nextConnection: () => connection++,
          onEvent: options.onEvent,
          onError: options.onError,
        }),
      );
    }
    await traffic.begun(firstRequestMs);
    return traffic;
  } catch (error) {
    await traffic.abort();
    throw error;
  }
}

class K6Traffic implements Traffic {
  /** k6 sends from a process of its own. */
  readonly scheduling = 'ordinary';
  readonly #runs: readonly LaneRun[];
  readonly #writer: AttemptWriter;
  readonly #onError: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  #closing: Promise<void> | null = null;

  constructor(runs: readonly LaneRun[], writer: AttemptWriter, onError: (error: Error) => void) {
    this.#runs = runs;
    this.#writer = writer;
    this.#onError = onError;
    this.#timer = setInterval(() => this.#read(), readEveryMs);
  }

  /** Rejects where a k6 ends, or the time is over, before its first request. */
  async begun(limitMs: number): Promise<void> {
    const over = nowUs() + limitMs * 1000;
    await Promise.all(
      this.#runs.map(async (run) => {
        while (run.firstUs === null) {
          const exit = await Promise.race([run.exited, pause<undefined>(readEveryMs)]);
          if (run.firstUs !== null) return;
          if (exit !== undefined) throw run.whyNone(exit);
          if (nowUs() > over) throw noRequest(run.lane, limitMs);
        }
      }),
    );
  }

  /** It goes on already. */
  start(): number {
    return Math.min(...this.#runs.map(({ firstUs }) => firstUs ?? nowUs()));
  }

  counts() {
    return this.#runs.map((run) => run.counts());
  }

  get finished(): Promise<void> {
    return Promise.all(this.#runs.map(({ exited }) => exited)).then(() => {});
  }

  stop(): Promise<void> {
    this.#closing ??= this.#closed(this.#runs.map((run) => run.stop()));
    return this.#closing;
  }

  async abort(): Promise<void> {
    const aborted = this.#runs.map((run) => run.abort());
    this.#closing ??= this.#closed(aborted);
    await this.#closing;
  }

  async #closed(ends: readonly Promise<void>[]): Promise<void> {
    try {
      await Promise.all(ends);
    } finally {
      clearInterval(this.#timer);
      this.#writer.close();
    }
  }

  /** Lines may come faster than they can be read: others get their turn after 2 MiB of each. */
  #read(): void {
    try {
      const more = this.#runs.map((run) => run.read()).includes(true);
      this.#writer.flush();
      if (more) setImmediate(() => this.#read());
    } catch (error) {
      clearInterval(this.#timer);
      this.#onError(error as Error);
    }
  }
}

function noRequest(lane: Lane, limitMs: number): HitlessError {
  return new HitlessError('HITLESS_K6_NO_REQUEST', `lane ${lane.name} began no request within ${limitMs / 1000} s`, {
    blame: 'usage',
    hint: 'Is its setup() that long, or does its load begin so late?',
  });
}

function routeOf(lane: Lane, options: TrafficOptions): Route {
  const found = routeOfLane(lane, options);
  const lacks = (what: string) =>
    new HitlessError('HITLESS_ROUTE', `lane ${lane.name}: k6 cannot be told ${what}`, {
      blame: 'usage',
      hint: 'Say it in the options of the script (hosts, tlsAuth), or take the builtin engine.',
    });
  if (found.kind !== 'address') return found;
  if (found.addresses !== undefined) throw lacks('where a name leads (resolve)');
  if (found.tls?.cert !== undefined) throw lacks('of a certificate to show (tls.cert)');
  if (found.tls?.servername !== undefined) throw lacks('whose certificate it has to be (tls.servername)');
  if (found.tls?.ca !== undefined && process.platform !== 'linux') throw lacks('which authorities to trust (tls.ca)');
  return found;
}

/** What the script gets to know, as __ENV. */
function toldTo(
  lane: Lane,
  route: Route,
  { identity }: TrafficOptions,
  runTag: string,
): Readonly<Record<string, string>> {
  const { connectUs, tlsUs, headersUs, bodyUs } = lane.limits;
  const { method, path, headers, body } = lane.request;
  return {
    HITLESS_URL: lane.control ?? route.url,
    HITLESS_RUN: runTag,
    HITLESS_RATE: String(lane.rate),
    HITLESS_CONNECTION: lane.connection,
    HITLESS_CONNECTIONS: String(lane.connections),
    HITLESS_REQUEST: JSON.stringify({ method, path, headers: valuesOf(headers), body }),
    HITLESS_STATUSES: lane.expect.statuses.join(','),
    HITLESS_TIMEOUT: `${Math.ceil((connectUs + tlsUs + headersUs + bodyUs) / 1000)}ms`,
    ...(lane.requests !== null && { HITLESS_REQUESTS: String(lane.requests) }),
    ...(identity.replica !== undefined && { HITLESS_REPLICA: identity.replica }),
    ...(identity.version !== undefined && { HITLESS_VERSION: identity.version }),
    ...(identity.counter !== undefined && { HITLESS_COUNTER: identity.counter }),
  };
}

/** What a lane's plan asks for and k6 cannot do; rules say most of it earlier, of what stands in a scenario. */
function assertOwnPace(lane: Lane): void {
  const what = cannotDo(lane);
  if (what === null) return;
  throw new HitlessError('HITLESS_ENGINE', `lane ${lane.name}: k6 ${what}`, {
    blame: 'usage',
    hint: 'Take the builtin engine.',
  });
}

function cannotDo(lane: Lane): string | null {
  if (lane.turns !== undefined) return 'cannot take turns with others';
  if ('flow' in lane) return 'runs scripts, and no flow';
  if (lane.connection === 'session') return 'says what visitors do in its script';
  if (lane.arrivals === 'poisson') return 'sends at even intervals, and not at random';
  return lane.ramps.length > 0 ? 'has a rate that changes from its script alone' : null;
}

/** As they go out: `env:NAME` stands for what that variable holds. */
function valuesOf(headers: Lane['request']['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerValue(value)]));
}

/** For lanes that name none: a request at a rate. From the sources as from the package. */
function shippedScript(): string {
  const places = ['../../../', '../../../../'].map((up) =>
    fileURLToPath(new URL(`${up}scenarios/k6/load.ts`, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? (places[0] as string);
}
