import type { MeasureName } from '../../../record/effect.ts';
import { LatencyCounts, PooledLatencies } from './latency-counts.ts';

/** What came of one target in some time. */
export interface Totals {
  sent: number;
  /** Good answers. */
  ok: number;
  /** Failed or unanswered. */
  failed: number;
  seconds: number;
  /** CPU time of the server; null where nobody reads it. */
  cpuUs: number | null;
  /** Of good answers, in us. */
  latencies: LatencyCounts;
}

/** Of each measure its value, null where it cannot be told. */
export type Values = Readonly<Record<MeasureName, number | null>>;

const shares = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;
const wanted = Object.values(shares);

export function valuesOf(totals: Totals): Values {
  return values(totals, totals.latencies.quantiles(wanted));
}

function values({ ok, sent, seconds, cpuUs }: Omit<Totals, 'latencies'>, quantiles: (number | null)[]): Values {
  const [p50 = null, p90 = null, p99 = null, p999 = null] = quantiles;
  return {
    rate: seconds > 0 ? ok / seconds : null,
    cpu: cpuUs === null || sent === 0 ? null : cpuUs / sent,
    p50,
    p90,
    p99,
    p999,
  };
}

export function sumOf(all: readonly Totals[]): Totals {
  const latencies = new LatencyCounts();
  for (const each of all) latencies.addAll(each.latencies);
  return { ...countsOf(all, () => 1), latencies };
}

/** Values of all together, where each counts as often as it was drawn. */
export class Pool {
  readonly #all: readonly Totals[];
  readonly #latencies: PooledLatencies;

  constructor(all: readonly Totals[]) {
    this.#all = all;
    this.#latencies = new PooledLatencies(all.map(({ latencies }) => latencies));
  }

  values(times: Uint16Array): Values {
    return values(
      countsOf(this.#all, (index) => times[index] as number),
      this.#latencies.quantiles(wanted, times),
    );
  }
}

function countsOf(all: readonly Totals[], times: (index: number) => number): Omit<Totals, 'latencies'> {
  const sum: Omit<Totals, 'latencies'> = { sent: 0, ok: 0, failed: 0, seconds: 0, cpuUs: 0 };
  all.forEach((each, index) => {
    const n = times(index);
    sum.sent += n * each.sent;
    sum.ok += n * each.ok;
    sum.failed += n * each.failed;
    sum.seconds += n * each.seconds;
    sum.cpuUs = sum.cpuUs === null || each.cpuUs === null ? null : sum.cpuUs + n * each.cpuUs;
  });
  return sum;
}
