import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { nowUs } from '../../record/clock.ts';
import { seededRandom } from '../../runner/traffic/random.ts';
import { sendHere } from './own-thread.ts';
import { laneOf, type Ran } from './run-lanes.ts';
import { good, later, type Request, SmallServer } from './small-server.ts';

let server: SmallServer;
afterEach(() => server.close());

const connections = 3;
const overflow = 4;
const requests = 120;
const never = 30e6;
const closing = good.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');

/** What a server or a proxy may do to a kept connection, at moments that the seed chooses. */
function misbehaves({ socket }: Request, random: () => number): void {
  const delayMs = Math.floor(random() * 12);
  const acts: (() => void)[] = [
    () => socket.write(good),
    () => later(delayMs, () => socket.write(good)),
    // Half closed, with or behind the answer.
    () => later(delayMs, () => socket.end(good)),
    () =>
      later(delayMs, () => {
        socket.write(good);
        later(delayMs / 4, () => socket.end());
      }),
    // Draining, as it says, and sometimes only later as it does.
    () => later(delayMs, () => socket.write(closing)),
    () => later(delayMs, () => socket.end(closing)),
    // In place of an answer.
    () => later(delayMs, () => socket.end()),
    () => later(delayMs, () => socket.resetAndDestroy()),
    () => {},
    // In two pieces, the second late or never.
    () => {
      socket.write(good.slice(0, 20));
      if (random() < 0.5) later(delayMs, () => socket.write(good.slice(20)));
    },
    // Behind the answer, while the connection may be given away.
    () =>
      later(delayMs, () => {
        socket.write(good);
        later(1, () => socket.write('?'));
      }),
  ];
  // Well, most of the time.
  const place = random() < 0.6 ? Math.floor(random() * 2) : Math.floor(random() * acts.length);
  (acts[place] as () => void)();
}

async function run(seed: number, limits: { connectUs: number; headersUs: number }): Promise<Ran> {
  const random = seededRandom(seed);
  server = new SmallServer((request) => misbehaves(request, random));
  const all = { ...limits, tlsUs: never, bodyUs: limits.headersUs };
  const life = { requests: seed % 3 === 0 ? 5 : null, ageUs: seed % 4 === 0 ? 20_000 : null };
  const lane = laneOf({ connection: 'kept', connections, overflow, life, rate: 2_000, requests, limits: all });
  return sendHere(lane, await server.listen(), async ({ thread, done }) => {
    thread.start(nowUs());
    await done;
    await thread.stop(nowUs());
  });
}

/** Connections of the lane that had a request under way at that moment. */
function inUse(rows: readonly Attempt[], us: number): number {
  return rows.filter((row) => row.connection !== null && (row.sentUs as number) <= us && us <= row.endUs).length;
}

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

describe('whatever the server does to its connections, a kept lane', () => {
  test.each(seeds)('never has more in use than it may, and loses none of them (seed %i)', async (seed) => {
    const { rows, counts } = await run(seed, { connectUs: never, headersUs: 40_000 });
    expect(rows.length).toBe(requests);
    expect(counts[0]).toMatchObject({ planned: requests, inFlight: 0 });
    // A connection that was lost to the lane would be missing here in the end, and all would wait for nothing.
    expect(rows.filter(({ connection }) => connection === null)).toEqual([]);
    for (const { sentUs } of rows)
      expect(inUse(rows, (sentUs as number) - 1)).toBeLessThanOrEqual(connections + overflow);
    const usesOf = Map.groupBy(rows, ({ connection }) => connection);
    for (const uses of usesOf.values())
      expect(uses.map(({ connectionUse }) => connectionUse).sort((a, b) => a - b)).toEqual(uses.map((_, i) => i + 1));
  });

  let all = 0;
  afterAll(() => expect(all).toBeGreaterThan(0));
  test.each(seeds)('gives a request up only while all of them are in use (seed %i)', async (seed) => {
    const { rows } = await run(seed, { connectUs: 15_000, headersUs: 40_000 });
    expect(rows.length).toBe(requests);
    const givenUp = rows.filter(({ connection }) => connection === null);
    all += givenUp.length;
    for (const row of givenUp) {
      expect(row).toMatchObject({ outcome: 'timeout', phase: 'connect', sentUs: null });
      expect(inUse(rows, row.endUs)).toBe(connections + overflow);
    }
  });
});
