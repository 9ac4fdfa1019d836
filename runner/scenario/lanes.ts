import type { ConnectionPolicy } from '../../record/facts.ts';
import { burstResolutionUs } from '../engines/autocannon/rules.ts';
import type { Expectation, Lane } from '../traffic/lane.ts';
import { peakRate } from '../traffic/plan.ts';
import { durationUs } from './duration.ts';
import type { LaneInput } from './model/lane.ts';

/** What a lane has where its scenario says nothing. */
export const laneDefaults = {
  connections: 10,
  limits: { connect: '5s', tls: '5s', headers: '10s', body: '30s' },
  /** How many times its connections a kept lane may have open at once. */
  overflowTimes: 10,
  /** As many as fall due in that time may be open at once: none is lost for want of a connection to a server that answers within it. */
  openForSeconds: 10,
  leastOpen: 100,
  mostOpen: 10_000,
  /** A lane is blind when it sent nothing for this long, or for this many intervals if that is longer (the design). */
  resolutionUs: 50_000,
  resolutionIntervals: 5,
} as const;

/** A lane with every default filled in. */
export function laneOf(input: LaneInput): Lane {
  const connection = input.connection ?? (input.engine === 'autocannon' ? 'kept' : 'fresh');
  const connections = input.connections ?? laneDefaults.connections;
  const rate = input.rate ?? 'unpaced';
  const ramps = (input.ramps ?? []).map(({ to, over }) => ({ to, overUs: durationUs(over) }));
  const limits = { ...laneDefaults.limits, ...input.limits };
  const peak = peakRate({ rate, ramps });
  return {
    name: input.name,
    engine: input.engine ?? 'builtin',
    connection,
    rate,
    arrivals: input.arrivals ?? 'constant',
    ramps,
    requests: input.requests ?? null,
    connections,
    overflow: input.overflow ?? defaultOverflow(connection, connections, peak),
    ...(connection === 'kept' &&
      input.overflow === undefined &&
      peak !== null && { overflowOfWaiting: dueWhileOpen(peak) }),
    life: { requests: input.life?.requests ?? null, ageUs: input.life?.age ? durationUs(input.life.age) : null },
    service: input.service ?? null,
    control: null,
    session: input.session ? sessionOf(input.session) : null,
    request: {
      method: input.request?.method ?? 'GET',
      path: input.request?.path ?? '/',
      headers: input.request?.headers ?? {},
      body: input.request?.body ?? null,
    },
    expect: expectationOf(input.expect),
    limits: {
      connectUs: durationUs(limits.connect),
      tlsUs: durationUs(limits.tls),
      headersUs: durationUs(limits.headers),
      bodyUs: durationUs(limits.body),
    },
    resolutionUs: input.resolution ? durationUs(input.resolution) : defaultResolutionUs(input),
    spin: input.spin ?? false,
    ...(input.tls && { tls: input.tls }),
  };
}

function sessionOf({ page, assets, connections, pause }: NonNullable<LaneInput['session']>): Lane['session'] {
  return { page, assets: assets ?? [], connections: connections ?? 'one', pauseUs: durationUs(pause ?? '0') };
}

function defaultOverflow(connection: ConnectionPolicy, connections: number, peak: number | null): number {
  if (peak === null) return connection === 'kept' ? 0 : connections;
  if (connection === 'kept') return Math.min(laneDefaults.mostOpen, connections * (laneDefaults.overflowTimes - 1));
  return dueWhileOpen(peak);
}

function dueWhileOpen(peak: number): number {
  const due = Math.ceil(peak * laneDefaults.openForSeconds);
  return Math.min(laneDefaults.mostOpen, Math.max(laneDefaults.leastOpen, due));
}

function defaultResolutionUs({ engine, rate, ramps = [] }: LaneInput): number {
  if (rate === undefined || rate === 'unpaced') return laneDefaults.resolutionUs;
  if (engine === 'autocannon') return burstResolutionUs;
  const slowest = Math.min(...[rate, ...ramps.map(({ to }) => to)].filter((one) => one > 0));
  return Math.max(laneDefaults.resolutionUs, Math.ceil((laneDefaults.resolutionIntervals * 1e6) / slowest));
}

export function expectationOf(input: LaneInput['expect']): Expectation {
  const { status, headers, minBytes, maxBytes, json } = input ?? {};
  return {
    statuses: status === undefined ? [] : [status].flat(),
    headers: headers ?? {},
    minBytes: minBytes ?? null,
    maxBytes: maxBytes ?? null,
    json: json === undefined || json === false ? null : json === true ? true : forObjects(json),
  };
}

/**
 * In JSON Schema, `required` and `properties` say nothing about what is not an object: without a type, a body that is a
 * bare string would satisfy them.
 */
function forObjects(schema: object): object {
  const speaksOfFields = 'required' in schema || 'properties' in schema;
  return speaksOfFields && !('type' in schema) ? { type: 'object', ...schema } : schema;
}
