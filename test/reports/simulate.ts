import type { Result } from '../../record/result.ts';

type RunEvent = Result['events'][number];
type FailedAttempt = Result['failures'][number];

export interface Simulation {
  seed: number;
  name: string;
  description: string;
  /** Of the series. */
  stepMs: number;
  /** For so long after it was told to stop a replica is still chosen, and refuses. */
  lostAfterTerminatingMs: number;
  /** In this time every request is lost. */
  dark?: { fromMs: number; toMs: number };
  /** The run ends here; 20 s by default. */
  untilMs?: number;
  replicas?: number;
}

interface Replica {
  pod: string;
  name: string;
  version: string;
  readyMs: number;
  terminatingMs: number;
  goneMs: number;
}

const ratePerS = 200;
const lanes = ['visitors', 'regulars'] as const;

/** A rolling update with one replica more at a time, and two lanes at 200 requests a second each, written as a result. */
export function simulate(simulation: Simulation): Result {
  const random = randomFrom(simulation.seed);
  const untilMs = simulation.untilMs ?? 20_000;
  const replicas = rollout(simulation.replicas ?? 3, random);
  const intervals = Math.ceil(untilMs / simulation.stepMs);
  const zeros = () => new Array<number>(intervals).fill(0);
  const series = {
    byVersion: {} as Record<string, number[]>,
    byReplica: {} as Record<string, number[]>,
    failed: zeros(),
    failedByLane: { visitors: zeros(), regulars: zeros() },
  };
  const answered = new Map<Replica, { ok: number; failed: number; firstMs: number; lastMs: number }>();
  const failures: FailedAttempt[] = [];
  const latencies: Record<string, number[]> = { visitors: [], regulars: [] };
  const byInterval: number[][] = Array.from({ length: intervals }, () => []);
  let id = 0;
  for (let ms = 0; ms < untilMs; ms += 1000 / ratePerS) {
    for (const lane of lanes) {
      id++;
      const interval = Math.floor(ms / simulation.stepMs);
      const replica = choose(simulation, replicas, lane, ms, random);
      if (!replica) continue;
      const seen = answered.get(replica) ?? { ok: 0, failed: 0, firstMs: ms, lastMs: ms };
      answered.set(replica, seen);
      if (ms >= replica.terminatingMs) {
        seen.failed++;
        add(series.failed, interval);
        add(series.failedByLane[lane], interval);
        failures.push(failed(id, lane, ms, replica, stepAt(ms)));
        continue;
      }
      const latencyMs =
        0.8 +
        random() * 1.6 +
        (random() < 0.01 ? 8 + random() * 20 : 0) +
        (ms - replica.readyMs < 250 ? 6 * random() : 0);
      latencies[lane]?.push(latencyMs);
      byInterval[interval]?.push(latencyMs);
      seen.ok++;
      seen.lastMs = ms;
      series.byVersion[replica.version] ??= zeros();
      series.byReplica[replica.name] ??= zeros();
      add(series.byVersion[replica.version], interval);
      add(series.byReplica[replica.name], interval);
    }
  }
  const total = [...answered.values()].reduce((sum, { ok }) => sum + ok, 0);
  return {
    schema: 'hitless/result@1',
    complete: true,
    verdict: 'pass',
    reasons: [`All 8,000 requests were answered while 3 replicas were replaced`],
    expectation: null,
    scenario: {
      name: simulation.name,
      description: simulation.description,
      file: `scenarios/${simulation.name}.yml`,
      seed: simulation.seed,
    },
    target: { kind: 'local', path: 'direct', approximate: [], equalShares: true },
    startedAt: '2026-11-24T14:00:00.000Z',
    durationMs: untilMs,
    traffic: lanes.map((lane) => traffic(lane, latencies[lane] ?? [], failures)),
    checks: checks(),
    causes: [],
    unexplained: failures.length,
    outages: [],
    failures,
    replicas: [...answered].map(([replica, { ok, failed, firstMs, lastMs }]) => ({
      name: replica.name,
      pod: replica.pod,
      version: replica.version,
      answered: ok,
      failed,
      share: total > 0 ? ok / total : 0,
      firstMs,
      lastMs,
    })),
    steps: steps(untilMs),
    series: {
      stepMs: simulation.stepMs,
      fromMs: 0,
      ...series,
      latency: {
        p50: byInterval.map((all) => quantile(all, 0.5)),
        p99: byInterval.map((all) => quantile(all, 0.99)),
        max: byInterval.map((all) => quantile(all, 1)),
      },
    },
    percentiles: {
      all: percentiles([...(latencies.visitors ?? []), ...(latencies.regulars ?? [])]),
      visitors: percentiles(latencies.visitors ?? []),
      regulars: percentiles(latencies.regulars ?? []),
    },
    events: events(replicas, untilMs),
    power: { outageMs: 10, probability: 0.99, cleanTerminations: 3, rateBound: 0.00037 },
    environment: { hitless: '0.1.0', node: 'v24.21.0', platform: 'linux', cpus: 2, memoryGiB: 7.8 },
  };
}

/** Any that new connections still reach; of kept connections most have noticed and gone elsewhere. */
function choose(simulation: Simulation, replicas: readonly Replica[], lane: string, ms: number, random: () => number) {
  const { dark, lostAfterTerminatingMs } = simulation;
  if (dark && dark.fromMs <= ms && ms < dark.toMs)
    return replicas.find((each) => each.terminatingMs <= ms && ms < each.goneMs);
  const noticed = lane === 'regulars' && random() > 0.2;
  const lateMs = noticed ? 0 : lostAfterTerminatingMs;
  const reached = replicas.filter((each) => each.readyMs <= ms && ms < each.terminatingMs + lateMs);
  return reached[Math.floor(random() * reached.length)];
}

function rollout(count: number, random: () => number): Replica[] {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const word = (length: number) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  const make = (version: string, hash: string, readyMs: number, terminatingMs: number): Replica => ({
    pod: `mimuc-app-${hash}-${word(5)}`,
    name: word(10),
    version,
    readyMs,
    terminatingMs,
    goneMs: terminatingMs + 3000 + random() * 500,
  });
  const between = 12_000 / count;
  const old = Array.from({ length: count }, (_, i) => make('v0.0.1', '5fb7fc9df5', -400 - i * 30, 4200 + i * between));
  const young = Array.from({ length: count }, (_, i) =>
    make('v0.0.2', '7c9d8f4b6d', 4150 + i * between, Number.POSITIVE_INFINITY),
  );
  return [...old, ...young];
}

function events(replicas: readonly Replica[], untilMs: number): RunEvent[] {
  const all = replicas.flatMap((replica, index) => {
    const event = (ms: number, kind: string, subject = 'replica', more = {}): RunEvent => ({
      fromMs: Math.round(ms * 10) / 10,
      toMs: Math.round(ms * 10) / 10 + (index % 2),
      kind,
      subject: { kind: subject, name: replica.pod },
      owner: 'mimuc-app',
      version: replica.version,
      ...more,
    });
    return [
      event(replica.readyMs - 2100, 'created'),
      event(replica.readyMs - 1200, 'started'),
      event(replica.readyMs, 'ready'),
      event(replica.readyMs + 300, 'route-added', 'endpoint'),
      event(replica.terminatingMs, 'terminating'),
      event(replica.terminatingMs + 450, 'route-removed', 'endpoint'),
      event(replica.goneMs - 100, 'exited', 'container', { exitCode: 0 }),
      event(replica.goneMs, 'gone'),
    ];
  });
  return all.filter(({ fromMs }) => fromMs <= untilMs && Number.isFinite(fromMs)).sort((a, b) => a.fromMs - b.fromMs);
}

function failed(id: number, lane: string, ms: number, replica: Replica, step: string | null): FailedAttempt {
  const fresh = lane === 'visitors';
  return {
    id: `r${String(id).padStart(6, '0')}`,
    lane,
    session: null,
    connection: fresh ? id : id % 20,
    connectionUse: fresh ? 1 : 31,
    method: 'GET',
    path: '/',
    outcome: fresh ? 'refused' : 'reset',
    phase: fresh ? 'connect' : 'headers',
    detail: fresh ? 'ECONNREFUSED' : 'ECONNRESET',
    status: null,
    replica: replica.name,
    replicaSource: 'connection',
    pod: replica.pod,
    version: replica.version,
    sentMs: Math.round(ms * 10) / 10 + 0.1,
    endMs: Math.round(ms * 10) / 10 + 0.6,
    step,
  };
}

function traffic(lane: string, all: readonly number[], failures: readonly FailedAttempt[]): Result['traffic'][number] {
  const lost = failures.filter((failure) => failure.lane === lane).length;
  const at = (share: number) => quantile(all, share);
  return {
    lane,
    engine: 'builtin',
    connection: lane === 'visitors' ? 'fresh' : 'kept',
    planned: all.length + lost,
    sent: all.length + lost,
    unsent: 0,
    ok: all.length,
    failed: lost,
    unanswered: 0,
    staleRace: 0,
    byOutcome: { ok: all.length, ...(lost > 0 && { [lane === 'visitors' ? 'refused' : 'reset']: lost }) },
    lateMs: { p50: 0.2, p99: 1.4, max: 6.2 },
    waitMs: { p50: 0, p99: 0, max: 0 },
    latencyMs: { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: at(1) },
  };
}

function checks(): Result['checks'] {
  const check = (name: string, message: string, expected: unknown, actual: unknown): Result['checks'][number] => ({
    name,
    lane: null,
    verdict: 'pass',
    asked: true,
    message,
    expected,
    actual,
  });
  return [
    check('zero-failed', 'Every request was answered as expected.', { failed: 0 }, { failed: 0 }),
    check('max-outage', 'There was no outage; one of 10 ms would have been seen.', { ms: 0 }, { ms: 0 }),
    check('replica-distribution', 'The replicas answered in equal shares, as far as chance allows.', 'p >= 0.000001', {
      p: 0.41,
      chi2: 1.78,
    }),
    check(
      'version-mixing',
      'v0.0.1 alone until 4.2 s, then both, v0.0.2 alone from 12.2 s.',
      ['v0.0.1', 'both', 'v0.0.2'],
      ['v0.0.1', 'both', 'v0.0.2'],
    ),
    {
      ...check('latency', 'The p99 rose from 2.4 ms to 9.8 ms during the rollout.', { p99Ms: 5 }, { p99Ms: 9.8 }),
      asked: false,
      verdict: 'warn',
    },
    { ...check('counters', 'v0.0.1 counts nothing.', null, null), asked: false, verdict: 'not-applicable' },
  ];
}

const stepStarts = [
  { name: 'hold 2s', verb: 'hold', fromMs: 0, toMs: 2000 },
  { name: 'rollout mimuc-app to v0.0.2', verb: 'rollout', fromMs: 2000, toMs: 17_900 },
  { name: 'hold 2s', verb: 'hold', fromMs: 17_900, toMs: 20_000 },
] as const;

function steps(untilMs: number): Result['steps'] {
  const deploy = { name: 'deploy', verb: 'deploy', fromMs: -3400, toMs: 0, verdict: 'pass' as const };
  const rest = stepStarts.filter(({ fromMs }) => fromMs < untilMs);
  return [deploy, ...rest.map((step) => ({ ...step, toMs: Math.min(step.toMs, untilMs), verdict: 'pass' as const }))];
}

function stepAt(ms: number): string | null {
  return stepStarts.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)?.name ?? null;
}

function percentiles(all: readonly number[]): [number, number][] {
  const at = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100];
  return all.length === 0 ? [] : at.map((percentile) => [percentile, quantile(all, percentile / 100) ?? 0]);
}

function quantile(all: readonly number[], share: number): number | null {
  const sorted = all.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

function add(counts: number[] | undefined, index: number): void {
  if (counts) counts[index] = (counts[index] ?? 0) + 1;
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
