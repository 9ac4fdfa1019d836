import type { Attempt } from '../../record/attempt.ts';
import { batchOfRows } from '../../record/batch-of-rows.ts';
import type { Event, EventKind, SubjectKind } from '../../record/event.ts';
import type { LaneFacts, RunFacts, StepFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import type { Check, Finding } from '../../runner/check/check.ts';

/** Builds small runs for tests of checks. Times are milliseconds from the start of traffic. */
export const startUs = 50_000_000;

export function us(ms: number): number {
  return startUs + Math.round(ms * 1000);
}

let serial = 0;

export interface AttemptAt extends Omit<Partial<Attempt>, 'sentUs' | 'endUs'> {
  /** When it was sent, ms. */
  at: number;
  /** How long it took, ms; 1 where not said. */
  took?: number;
}

/** A good answer over a fresh connection of the lane `visitors`, but for what is said. */
export function attempt({ at, took = 1, ...rest }: AttemptAt): Attempt {
  const outcome = rest.outcome ?? 'ok';
  const answered = outcome === 'ok' || outcome === 'status' || outcome === 'invalid';
  const use = rest.connectionUse ?? 1;
  serial++;
  return {
    id: `a${serial}`,
    lane: 'visitors',
    session: null,
    connection: serial,
    connectionUse: use,
    overflow: false,
    method: 'GET',
    path: '/',
    intendedUs: us(at),
    readyUs: us(at),
    sentUs: outcome === 'unsent' ? null : us(at),
    connectedUs: use === 1 && outcome !== 'refused' ? us(at + took / 4) : null,
    firstByteUs: answered ? us(at + took / 2) : null,
    endUs: us(at + took),
    status: answered ? 200 : null,
    outcome,
    phase: outcome === 'ok' || outcome === 'unsent' ? null : 'headers',
    detail: null,
    replica: null,
    replicaSource: null,
    pod: null,
    version: null,
    counter: null,
    bytes: 100,
    handled: 'unknown',
    idleUs: use === 1 ? null : 10_000,
    securedUs: null,
    address: '127.0.0.1:8888',
    resolveUs: null,
    resumed: null,
    ...rest,
  };
}

/** `count` attempts, one each `everyMs`, from `fromMs` on. */
export function every(
  everyMs: number,
  count: number,
  make: (index: number, at: number) => Omit<AttemptAt, 'at'> = () => ({}),
  fromMs = 0,
): Attempt[] {
  return Array.from({ length: count }, (_, index) => {
    const at = fromMs + index * everyMs;
    return attempt({ at, ...make(index, at) });
  });
}

export function lane(name: string, connection: LaneFacts['connection'] = 'fresh', peakRate = 200): LaneFacts {
  return { name, engine: 'builtin', connection, peakRate, resolutionMs: 50 };
}

/** Of a replica, unless the kind says otherwise; `at` is a moment or [earliest, latest], ms. */
export function event(
  kind: EventKind,
  name: string,
  at: number | readonly [number, number],
  rest: Partial<Event> = {},
): Event {
  const [earliest, latest] = typeof at === 'number' ? [at, at] : at;
  return {
    earliestUs: us(earliest),
    latestUs: us(latest),
    kind,
    subject: { kind: subjectOf(kind), name },
    ...rest,
  };
}

function subjectOf(kind: EventKind): SubjectKind {
  if (kind.startsWith('route-') || kind.startsWith('endpoint-')) return 'endpoint';
  if (kind === 'scaled' || kind.startsWith('rollout-')) return 'deployment';
  if (kind === 'blind') return 'lane';
  return 'replica';
}

/** A stretch in which a kind of the platform's objects was not watched. */
export function unwatched(name: string, at: readonly [number, number], reason = 'Reconciled'): Event {
  return event('blind', name, at, { subject: { kind: 'watch', name }, reason });
}

export function step(verb: string, fromMs: number, toMs: number, rest: Partial<StepFacts> = {}): StepFacts {
  return { index: 0, verb, name: verb, fromUs: us(fromMs), toUs: us(toMs), verdict: 'pass', ...rest };
}

/** A run of ten seconds with one fresh lane on a direct path with equal shares. */
export function facts(rest: Partial<RunFacts> = {}): RunFacts {
  return {
    anchor: { monotonicUs: startUs, wallMs: 0 },
    trafficFromUs: us(0),
    trafficToUs: us(10_000),
    complete: true,
    errors: [],
    scenario: { name: 'test', file: 'test.yml', seed: 1 },
    target: { kind: 'local', path: 'direct', approximate: [], equalShares: true },
    identity: { replica: 'body:/name', version: 'header:x-version', counter: 'body:/counter' },
    lanes: [lane('visitors')],
    steps: [step('hold', 0, 10_000)],
    events: [],
    environment: {},
    ...rest,
  };
}

/** What the check says of these attempts, given to it in batches of `batchSize` in the order of their ends. */
export function judge<Options>(
  check: Check<Options>,
  options: Options,
  run: RunFacts,
  attempts: readonly Attempt[],
  { lane: of = null, batchSize = 100 }: { lane?: string | null; batchSize?: number } = {},
): Finding {
  const rows = [...attempts].sort((a, b) => a.endUs - b.endUs);
  return fold(check.fold(options, run, of), rows, batchSize);
}

function fold<Result>(first: Fold<Result>, rows: readonly Attempt[], batchSize: number): Result {
  let current = first;
  for (;;) {
    for (let from = 0; from < rows.length; from += batchSize)
      current.batch(batchOfRows(rows.slice(from, from + batchSize)));
    const outcome = current.done();
    if ('result' in outcome) return outcome.result;
    current = outcome.again;
  }
}

/** Mulberry32: random numbers in [0, 1) that a seed fixes. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
