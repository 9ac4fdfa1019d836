import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import { nowUs } from '../../record/clock.ts';
import { LatencyHistogram } from '../../record/histogram.ts';
import { attemptsFileOf, type MeasureOptions, measureRound } from '../../runner/bench/measure.ts';
import { closedStage, openStage, type StagePlan, type Subject } from '../../runner/bench/stage.ts';
import { laneOf } from '../../runner/scenario/lanes.ts';
import { seededRandom } from '../../runner/traffic/random.ts';
import { good, later, type Request, SmallServer } from '../traffic/small-server.ts';

let folder: string;
let server: SmallServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitless-bench-test-'));
});
afterEach(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function subjectOf(answer: (request: Request) => void): Promise<Subject> {
  server = new SmallServer(answer);
  const port = await server.listen();
  return subjectAt(port);
}

function subjectAt(port: number): Subject {
  return {
    route: { kind: 'address', url: `http://127.0.0.1:${port}` },
    lane: laneOf({ name: 'bench', connection: 'kept', rate: 1 }),
  };
}

function optionsOf(more: Partial<MeasureOptions> = {}): MeasureOptions {
  return {
    folder,
    keepAttempts: false,
    seed: 1,
    warmUp: 0,
    mostRequests: 1_000_000,
    threads: 1,
    startedUs: nowUs(),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  };
}

const measure = (subject: Subject, stage: StagePlan, more?: Partial<MeasureOptions>) =>
  measureRound(subject, stage, 1, optionsOf(more));

/** Of the good answers in a record, from the moment that the plan wanted them, in us. */
function latenciesIn(file: string): number[] {
  const found: number[] = [];
  for (const batch of readAttempts(file))
    for (let row = 0; row < batch.length; row++)
      if (batch.outcome.at(row) === 'ok') found.push((batch.endUs[row] as number) - (batch.intendedUs[row] as number));
  return found.sort((a, b) => a - b);
}

test('tells percentiles as the record has them, never below the delays that the server took', async () => {
  const random = seededRandom(5);
  const delays: number[] = [];
  const subject = await subjectOf(({ socket }) => {
    // Nine of ten quick, one slow: what the percentiles have to show.
    const ms = random() < 0.9 ? 5 + random() * 10 : 80 + random() * 40;
    const fromUs = nowUs();
    later(ms, () => {
      delays.push(nowUs() - fromUs);
      socket.write(good);
    });
  });
  const stage = openStage({ rate: 200, arrivals: 'poisson', connections: 100 }, 3);
  const { round, complete } = await measure(subject, stage, { keepAttempts: true });
  const truth = latenciesIn(attemptsFileOf(folder, 'open-200.1'));
  expect(complete).toBe(true);
  expect(round.measured).toBe(truth.length);
  expect(round).toMatchObject({ ok: delays.length, failed: 0, unsent: 0, planned: delays.length });
  delays.sort((a, b) => a - b);
  for (const [name, share] of Object.entries({ p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 })) {
    const rank = Math.ceil(share * truth.length - 1e-9) - 1;
    const told = round.latencyMs[name as 'p50'] as number;
    expect(told).toBeGreaterThanOrEqual((truth[rank] as number) / 1000);
    expect(told).toBeLessThanOrEqual(((truth[rank] as number) / 1000) * 1.001 + 0.001);
    expect(told).toBeGreaterThanOrEqual((delays[rank] as number) / 1000);
  }
  expect(round.latencyMs.max).toBe((truth.at(-1) as number) / 1000);
  expect(round.latencyMs.p95).toBeGreaterThan(80);
  expect(LatencyHistogram.decode(round.histogram).count).toBe(truth.length);
});

describe('a server that stands still for a second', () => {
  const stallUs = 1_000_000;

  /** From the 100th request on it answers nothing for a second, then all of it. */
  function stalling() {
    const stall = { fromUs: 0, toUs: 0 };
    let held: Request[] = [];
    let seen = 0;
    const answer = (request: Request) => {
      if (++seen === 100) {
        stall.fromUs = nowUs();
        later(stallUs / 1000, () => {
          stall.toUs = nowUs();
          for (const { socket } of held) socket.write(good);
          held = [];
        });
      }
      if (seen >= 100 && stall.toUs === 0) held.push(request);
      else request.socket.write(good);
    };
    return { stall, answer };
  }

  test('shows in an open loop as what each of its users waited', async () => {
    const { stall, answer } = stalling();
    const subject = await subjectOf(answer);
    const { round } = await measure(subject, openStage({ rate: 200, arrivals: 'constant', connections: 10 }, 3), {
      keepAttempts: true,
    });
    // 200 requests fell into it, and 60 of these, a tenth of all, waited 0.7 s or more.
    expect(round.latencyMs.p90).toBeGreaterThan(650);
    for (const batch of readAttempts(attemptsFileOf(folder, 'open-200.1')))
      for (let row = 0; row < batch.length; row++) {
        const intended = batch.intendedUs[row] as number;
        // Whatever connection it waited for: what was due in the stall has its answer after it.
        if (intended > stall.fromUs && intended < stall.toUs)
          expect(batch.endUs[row]).toBeGreaterThanOrEqual(stall.toUs);
      }
    expect(round.failed + round.unanswered + round.unsent).toBe(0);
  });

  test('is one late answer for each connection of a closed loop', async () => {
    const { answer } = stalling();
    const subject = await subjectOf(answer);
    const { round } = await measure(subject, closedStage(5, 3), { keepAttempts: true });
    const late = latenciesIn(attemptsFileOf(folder, 'closed-5.1')).filter((us) => us > 900_000);
    expect(late.length).toBeGreaterThanOrEqual(1);
    expect(late.length).toBeLessThanOrEqual(5);
    expect(round.latencyMs.p90).toBeLessThan(650);
    expect(round.latencyMs.max).toBeGreaterThan(900);
  });
});

test('counts each request that the server dropped, those of the warm-up too', async () => {
  let dropped = 0;
  let seen = 0;
  const subject = await subjectOf(({ socket }) => {
    if (++seen % 3 === 0) {
      dropped++;
      socket.end();
    } else socket.write(good);
  });
  const { round } = await measure(subject, openStage({ rate: 300, arrivals: 'constant', connections: 20 }, 1), {
    warmUp: 500,
  });
  expect(dropped).toBeGreaterThan(50);
  expect(round.failed).toBe(dropped);
  expect(round.ok).toBe(seen - dropped);
  expect(round.failures.reduce((sum, { count }) => sum + count, 0)).toBe(dropped);
  expect(round.measured).toBeLessThan(round.ok);
  expect(round.warmUpMs).toBe(500);
});

test('blames no generator where the server answered, but never well', async () => {
  const subject = await subjectOf(({ socket }) =>
    later(100, () => socket.write('HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n')),
  );
  const { round } = await measure(subject, closedStage(2, 1));
  expect(round.failed).toBeGreaterThan(2);
  expect(round).toMatchObject({ ok: 0, generatorLimited: false, why: 'there was no good answer' });
});

test('takes nothing for the work of a server that had no part in it: a rate beyond this machine', async () => {
  const subject = await subjectOf(({ socket }) => socket.write(good));
  const { round } = await measure(subject, openStage({ rate: 1_000_000, arrivals: 'constant', connections: 2 }, 2));
  expect(round.generatorLimited, round.why).toBe(true);
  expect(['generator', 'unknown']).toContain(round.limitedBy);
  // Ended early, when too many waited: what a plan asks for is not piled up without end.
  expect(round.planned).toBeLessThan(1_000_000);
}, 120_000);

test('blames the one worker of a server, not itself, for a rate beyond both', async () => {
  let free = Promise.resolve();
  const subject = await subjectOf(({ socket }) => {
    free = free.then(
      () =>
        new Promise((done) =>
          later(5, () => {
            socket.write(good);
            done();
          }),
        ),
    );
  });
  const { round } = await measure(subject, openStage({ rate: 60_000, arrivals: 'constant', connections: 20 }, 2));
  const { threadBusy, threadWaited } = round.machine;
  // On a machine so busy that it was late by itself nothing is to be learned.
  const wasHeldUp = (threadBusy ?? 0) + (threadWaited ?? 0) >= 0.9 || (round.lateMs.p99 ?? 0) > 5;
  expect(wasHeldUp ? ['server', 'generator', 'unknown'] : ['server'], round.why).toContain(round.limitedBy);
}, 120_000);

test('keeps no record that nobody asked for, and ends early when it is told to', async () => {
  const subject = await subjectOf(({ socket }) => socket.write(good));
  const controller = new AbortController();
  const ended = measure(subject, openStage({ rate: 100, arrivals: 'constant', connections: 5 }, 3_000), {
    signal: controller.signal,
    onProgress: ({ counts }) => {
      if (counts.ok >= 20) controller.abort();
    },
  });
  const { round, complete } = await ended;
  expect(complete).toBe(false);
  expect(round.ok).toBeGreaterThanOrEqual(20);
  expect(readdirSync(join(folder, 'attempts'))).toEqual([]);
});

test('a stage ends when it has planned what it may at the most', async () => {
  const subject = await subjectOf(({ socket }) => socket.write(good));
  const { round } = await measure(subject, closedStage(2, 600), { mostRequests: 50 });
  expect(round).toMatchObject({ planned: 50, ok: 50 });
  expect(existsSync(attemptsFileOf(folder, 'closed-2.1'))).toBe(false);
});

test('an endless body is a failure in its time, and is not kept', async () => {
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const subject = await subjectOf(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    more();
  });
  const limits = { ...subject.lane.limits, bodyUs: 500_000 };
  const before = process.memoryUsage().rss;
  const { round } = await measure({ ...subject, lane: { ...subject.lane, limits } }, closedStage(2, 1));
  expect(round.ok).toBe(0);
  expect(round.failed).toBe(round.planned);
  expect(round.failures[0]).toMatchObject({ outcome: 'timeout', phase: 'body' });
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
  expect(round).toMatchObject({ measured: 0, limitedBy: 'unknown', latencyMs: { p50: null, max: null } });
});
