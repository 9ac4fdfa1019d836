import type { Result } from '../../record/result.ts';
import { type Simulation, simulate } from './simulate.ts';

/**
 * Results as runs leave them, each with what a report must cope with. Deterministic: the same seed gives the same result.
 */
export const fixtures = { healthy, failing, inconclusive, incomplete, empty, hostile, balanced, huge } satisfies Record<
  string,
  () => Result
>;
export type FixtureName = keyof typeof fixtures;

const rolling: Simulation = {
  seed: 7,
  name: 'rolling-update',
  description: 'v0.0.1 to v0.0.2 over three replicas, nothing lost',
  stepMs: 250,
  lostAfterTerminatingMs: 0,
};

function healthy(): Result {
  return simulate(rolling);
}

function failing(): Result {
  const result = simulate({
    ...rolling,
    seed: 11,
    name: 'rolling-update-as-printed',
    description: 'The manifests of the tutorial as they are printed: no readiness probe, no preStop',
    lostAfterTerminatingMs: 450,
    dark: { fromMs: 8250, toMs: 8660 },
  });
  const { failures } = result;
  const of = (lane: string) => failures.filter((failure) => failure.lane === lane).length;
  const total = failures.length + result.traffic.reduce((sum, { ok }) => sum + ok, 0);
  result.verdict = 'fail';
  result.reasons = [
    `${failures.length} of ${total} requests failed (zero-failed)`,
    'For about 0.4 s no new connection got through, where 0 ms were allowed (max-outage)',
  ];
  const [zero, outage] = result.checks;
  if (!zero || !outage) throw new Error('the simulation has these checks');
  Object.assign(zero, {
    verdict: 'fail',
    message: `${failures.length} of ${total} requests failed: ${of('visitors')} of visitors, ${of('regulars')} of regulars.`,
    actual: { failed: failures.length, refused: of('visitors'), reset: of('regulars') },
  });
  result.hints = [
    {
      id: 'no-readiness-probe',
      message: 'mimuc-app has no readinessProbe: a replica gets requests from when its process starts.',
      link: 'docs/tutorial.md#6-zero-downtime',
    },
  ];
  result.outages = [
    outageOf(failures, 'partial', 4000, 8000),
    outageOf(failures, 'total', 8000, 8700),
    outageOf(failures, 'partial', 12_000, 16_000),
  ];
  Object.assign(outage, {
    verdict: 'fail',
    message: 'The longest outage lasted about 0.4 s, where 0 ms were allowed.',
    actual: { ms: result.outages[1]?.ms },
  });
  return result;
}

function outageOf(failures: Result['failures'], kind: 'total' | 'partial', fromMs: number, toMs: number) {
  const within = failures.filter(({ lane, endMs }) => lane === 'visitors' && endMs >= fromMs && endMs < toMs);
  const times = within.map(({ sentMs }) => sentMs ?? 0);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const cause = kind === 'total' ? 'endpoint-race' : null;
  return {
    kind,
    lane: 'visitors',
    fromMs: first - 5,
    toMs: last + 6,
    ms: last - first + 5,
    failures: within.length,
    cause,
  };
}

function inconclusive(): Result {
  const result = simulate({ ...rolling, seed: 13 });
  result.verdict = 'inconclusive';
  result.reasons = [
    'The generator could not send for 212 ms at 9.4 s (lane visitors), longer than its resolution of 50 ms: an outage in that time would not have been seen',
  ];
  const outage = result.checks.find(({ name }) => name === 'max-outage');
  if (!outage) throw new Error('the simulation has this check');
  Object.assign(outage, {
    verdict: 'inconclusive',
    message: 'For 212 ms nothing could be sent, so nothing is known of that time.',
    actual: { blindMs: 212 },
    hint: 'Run it again with nothing else running, or with a lower rate.',
  });
  result.events.push({ fromMs: 9400, toMs: 9612, kind: 'blind', subject: { kind: 'lane', name: 'visitors' } });
  const lane = result.traffic[0];
  if (lane) Object.assign(lane, { lateMs: { p50: 0.3, p99: 4.1, max: 212 }, unsent: 42, planned: lane.planned + 42 });
  return result;
}

function incomplete(): Result {
  const result = simulate({ ...rolling, seed: 17, untilMs: 6300 });
  result.complete = false;
  result.verdict = 'inconclusive';
  result.reasons = ['The run was interrupted (SIGINT) during step 3 of 4'];
  result.traffic.forEach((lane, index) => {
    lane.unanswered = 2 - index;
    lane.ok -= 2 - index;
  });
  const step = result.steps.at(-1);
  if (step) Object.assign(step, { verdict: 'inconclusive', message: 'interrupted' });
  return result;
}

function empty(): Result {
  const result = simulate({ ...rolling, seed: 19, untilMs: 0 });
  return {
    ...result,
    complete: false,
    verdict: 'error',
    reasons: ['Port 8888 is in use by another program'],
    durationMs: 0,
    traffic: [],
    checks: [],
    outages: [],
    failures: [],
    replicas: [],
    steps: [],
    events: [],
    percentiles: {},
    series: {
      stepMs: 100,
      fromMs: 0,
      byVersion: {},
      byReplica: {},
      failed: [],
      failedByLane: {},
      latency: { p50: [], p99: [], max: [] },
    },
    power: { outageMs: null, probability: null, cleanTerminations: 0, rateBound: null },
  };
}

export const hostileText = [
  '</script><script>globalThis.pwned = 1</script>',
  '<img src=x onerror="globalThis.pwned = 1">',
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u001b[2J\u009b1A',
  '"quotes" \'and\' & <angles> ]]>',
  '\u202egnp.exe\u202c \u2066isolate\u2069 \u200bzero',
  `\u0000\u0008\r\n\ttab ${'x'.repeat(10_000)}`,
  '__proto__',
  '{{constructor.constructor("globalThis.pwned = 1")()}}',
  '\ud800 lone',
  '日本語の名前 🎉',
] as const;

function hostile(): Result {
  const result = failing();
  const text = (index: number) => hostileText[index % hostileText.length] ?? '';
  result.scenario.name = text(0);
  result.scenario.description = text(1);
  result.scenario.file = text(3);
  result.reasons = hostileText.map((each) => each);
  result.checks.forEach((check, index) => {
    check.message = text(index);
    check.name = index === 0 ? text(2) : check.name;
    check.actual = { [text(index + 1)]: text(index) };
  });
  result.failures.forEach((failure, index) => {
    Object.assign(failure, {
      id: text(index),
      detail: text(index + 1),
      replica: text(index + 2),
      pod: null,
      step: text(index + 3),
      path: text(index),
    });
  });
  result.replicas.forEach((replica, index) => {
    Object.assign(replica, { name: text(index), pod: text(index + 1), version: text(index + 2) });
  });
  for (const [index, event] of result.events.entries()) {
    if (event.subject.kind === 'replica') event.subject.name += text(index % 3);
    event.version = text(index);
  }
  for (const [index, step] of result.steps.entries()) step.name = text(index);
  for (const [index, lane] of result.traffic.entries()) lane.lane = text(index);
  for (const [index, outage] of result.outages.entries())
    Object.assign(outage, { lane: text(index), cause: text(index + 4) });
  result.series.byVersion = Object.fromEntries(
    Object.values(result.series.byVersion).map((all, index) => [text(index), all]),
  );
  result.percentiles = Object.fromEntries(Object.values(result.percentiles).map((all, index) => [text(index), all]));
  result.environment = Object.fromEntries(
    hostileText.map((each, index) => [index === 6 ? 'proto' : each.slice(0, 50), each]),
  );
  return result;
}

/** A hundred requests over three replicas, as in the tutorial. */
function balanced(): Result {
  const result = simulate({ ...rolling, seed: 23, name: 'load-balancing', untilMs: 2000, stepMs: 100 });
  const shares = [
    ['D7P73SSxPS', 37],
    ['MdQIiVyhKU', 31],
    ['ODgqddk90k', 32],
  ] as const;
  result.verdict = 'pass';
  result.complete = true;
  result.reasons = ['All 100 requests were answered, by three replicas in equal shares'];
  result.steps = [{ name: 'hold 2s', verb: 'hold', fromMs: 0, toMs: 2000, verdict: 'pass' }];
  result.replicas = result.replicas.slice(0, 3).map((replica, index) => {
    const [name, answered] = shares[index] ?? ['', 0];
    return { ...replica, name, answered, share: answered / 100 };
  });
  result.traffic = result.traffic
    .slice(0, 1)
    .map((lane) => ({ ...lane, planned: 100, sent: 100, ok: 100, byOutcome: { ok: 100 } }));
  return result;
}

/** As much as a result can hold: 240 intervals, 1,000 failures, 30 replicas, five lanes. */
function huge(): Result {
  const result = simulate({
    ...rolling,
    seed: 29,
    name: 'huge',
    stepMs: 83,
    replicas: 30,
    lostAfterTerminatingMs: 350,
  });
  const failure = result.failures[0];
  if (!failure) throw new Error('the simulation has failures');
  result.verdict = 'fail';
  result.reasons = ['Thousands of requests failed'];
  result.failures = Array.from({ length: 1000 }, (_, index) => ({
    ...failure,
    ...result.failures[index % result.failures.length],
    id: `req-${index}-${'f'.repeat(20)}`,
  }));
  const lane = result.traffic[0];
  if (lane) Object.assign(lane, { failed: 4000, ok: lane.sent - 4000 });
  return result;
}
