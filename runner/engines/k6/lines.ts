import { wallUsOf } from './wall-time.ts';

/** One measurement, as `k6 run --out json` writes it. */
export interface Point {
  metric: string;
  /** Microseconds since 1970. Of http_req_*: the end of the request. */
  wallUs: number;
  value: number;
  tags: Readonly<Record<string, string>>;
  metadata: Readonly<Record<string, string>>;
}

/** The line before a metric's first point. */
export interface Metric {
  /** Of a threshold on a part of it the part is a name of its own: `http_req_duration{name:home}`. */
  metric: string;
  /** As the script writes them. */
  thresholds: string[];
  submetrics: string[];
}

export type Line = { point: Point } | { introduced: Metric };

/** null where a line is neither of the two kinds. Nothing in it is trusted beyond its types. */
export function lineOf(text: string): Line | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(read) || typeof read.metric !== 'string' || !isObject(read.data)) return null;
  if (read.type === 'Metric') return { introduced: metricOf(read.metric, read.data) };
  if (read.type !== 'Point') return null;
  const { time, value, tags, metadata } = read.data;
  const wallUs = typeof time === 'string' ? wallUsOf(time) : null;
  if (wallUs === null || typeof value !== 'number') return null;
  return { point: { metric: read.metric, wallUs, value, tags: textsOf(tags), metadata: textsOf(metadata) } };
}

const around = /^::(setup|teardown)(::|$)/;

/** Of setup() and teardown(): a script's own group may be called so too, within a scenario (k6: Runner.runPart, VU.Activate). */
export function isAround({ tags: { group = '', scenario } }: Point): boolean {
  return scenario === undefined && around.test(group);
}

/** Shows that there is load still: k6 counts its VUs until teardown() is over, and none is active by then. */
export function isOfLoad(point: Point): boolean {
  if (point.metric === 'vus') return point.value > 0;
  return point.metric !== 'vus_max' && !isAround(point);
}

function metricOf(metric: string, { thresholds, submetrics }: Record<string, unknown>): Metric {
  return {
    metric,
    thresholds: listOf(thresholds).flatMap((one) => {
      const source = isObject(one) ? one.threshold : one;
      return typeof source === 'string' ? [source] : [];
    }),
    submetrics: listOf(submetrics).flatMap((one) => (isObject(one) && typeof one.name === 'string' ? [one.name] : [])),
  };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const none: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return none;
  const texts: Record<string, string> = Object.create(null);
  for (const name in value) {
    const text = value[name];
    if (typeof text === 'string') texts[name] = text;
  }
  return texts;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
