import type { MetricPoint } from './messages.ts';
import { faultOf, holds, type Values } from './thresholds.ts';

type Kind = MetricPoint['kind'];

const builtin: Record<string, Kind> = {
  vus: 'gauge',
  vus_max: 'gauge',
  iterations: 'counter',
  iteration_duration: 'trend',
  dropped_iterations: 'counter',
  checks: 'rate',
  http_reqs: 'counter',
  http_req_failed: 'rate',
  http_req_duration: 'trend',
  http_req_waiting: 'trend',
};

/** What thresholds and the summary are made of. */
export class Measurements {
  readonly sources = new Map<string, string[]>();
  readonly #kinds: Map<string, Kind>;
  readonly #values = new Map<string, Values>();
  readonly #from = performance.now();
  #crossed = new Map<string, Record<string, boolean>>();

  constructor(thresholds: unknown, own: readonly { name: string; kind: Kind }[]) {
    this.#kinds = new Map([...Object.entries(builtin), ...own.map(({ name, kind }) => [name, kind] as const)]);
    for (const [metric, given] of Object.entries(
      (thresholds ?? {}) as Record<string, (string | { threshold: string })[]>,
    ))
      this.sources.set(
        metric,
        given.map((one) => (typeof one === 'string' ? one : one.threshold)),
      );
  }

  /** What is wrong with the script's thresholds; undefined: nothing. */
  fault(): string | undefined {
    for (const [metric, sources] of this.sources)
      for (const source of sources) {
        const fault = faultOf(source, this.#kinds.get(metric.split('{')[0] as string));
        if (fault !== undefined) return `invalid threshold on ${metric}: ${fault}`;
      }
    return undefined;
  }

  see = ({ metric, kind, value, tags }: MetricPoint): void => {
    this.#put(metric, kind, value);
    for (const part of this.sources.keys()) {
      if (!part.startsWith(`${metric}{`)) continue;
      const wanted = part
        .slice(metric.length + 1, -1)
        .split(',')
        .map((pair) => pair.split(/:(.*)/s, 2));
      if (wanted.every(([name = '', of]) => tags[name] === of)) this.#put(part, kind, value);
    }
  };

  /** Says whether a threshold was crossed. */
  end(): boolean {
    const seconds = (performance.now() - this.#from) / 1000;
    for (const [metric, sources] of this.sources) {
      const kind = this.#kinds.get(metric.split('{')[0] as string) as Kind;
      const values = this.#values.get(metric) ?? { kind, values: [] };
      // In this file true says that it was crossed.
      this.#crossed.set(metric, Object.fromEntries(sources.map((source) => [source, !holds(source, values, seconds)])));
    }
    return [...this.#crossed.values()].some((of) => Object.values(of).includes(true));
  }

  /** As --summary-export writes it. */
  summary(): object {
    const names = new Set([...this.#values.keys(), ...this.sources.keys()]);
    const metrics = [...names].map((name) => {
      const { kind = 'trend', values = [] } = this.#values.get(name) ?? {};
      const thresholds = this.#crossed.get(name);
      const sum = values.reduce((a, b) => a + b, 0);
      const shown = kind === 'counter' ? { count: sum } : { value: values.length === 0 ? 0 : sum / values.length };
      return [name, { ...shown, ...(thresholds && { thresholds }) }];
    });
    return { root_group: { name: '', path: '', id: '', groups: {}, checks: {} }, metrics: Object.fromEntries(metrics) };
  }

  #put(metric: string, kind: Kind, value: number): void {
    const known = this.#values.get(metric);
    if (known === undefined) this.#values.set(metric, { kind, values: [value] });
    else known.values.push(value);
  }
}
