import { afterEach, describe, expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import { sendHere } from './own-thread.ts';
import { laneOf } from './run-lanes.ts';
import { good, type Request, SmallServer } from './small-server.ts';

let server: SmallServer;
afterEach(() => server.close());

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
const until = async (is: () => boolean) => {
  while (!is()) await turn();
};
const never = 30e6;

test('what waits is not given up for the time in which the thread was held up, nor while a connection is free', async () => {
  const held: Request[] = [];
  server = new SmallServer((request) => {
    if (request.use > 1) request.socket.write(good);
    else held.push(request);
  });
  const limits = { connectUs: 300_000, tlsUs: never, headersUs: never, bodyUs: never };
  const lane = laneOf({ connection: 'kept', connections: 1, overflow: 0, rate: 1_000, requests: 5, limits });
  const { rows } = await sendHere(lane, await server.listen(), async ({ thread, counts, done }) => {
    thread.start(nowUs());
    await until(() => counts().planned === 5 && held.length === 1);
    // Longer than a request may wait; the answer is there when the thread goes on.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    held[0]?.socket.write(good);
    await done;
    await thread.stop(nowUs());
  });
  expect(rows.map(({ outcome, detail }) => [outcome, detail])).toEqual(rows.map(() => ['ok', null]));
  expect(rows.length).toBe(5);
});

describe('what has waited for a second', () => {
  /** The server answers nobody before so many have asked. */
  async function send(asks: number, differences: Parameters<typeof laneOf>[0]) {
    const held: Request[] = [];
    server = new SmallServer((request) => {
      held.push(request);
      if (server.requests.length >= asks) for (const { socket } of held.splice(0)) socket.write(good);
    });
    const limits = { connectUs: 3e6, tlsUs: never, headersUs: never, bodyUs: never };
    const kept = { connection: 'kept', connections: 1, rate: 100, requests: 5, limits } as const;
    const lane = laneOf({ ...kept, ...differences });
    return sendHere(lane, await server.listen(), async ({ thread, done }) => {
      thread.start(nowUs());
      await done;
      await thread.stop(nowUs());
    });
  }

  test('opens a connection of its own, where no cap was set', async () => {
    const { rows } = await send(5, { overflow: 1, overflowOfWaiting: 4 });
    expect(rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'ok'));
    expect(new Set(rows.map(({ connection }) => connection)).size).toBe(5);
    const waited = rows.filter(({ sentUs, readyUs }) => (sentUs as number) - readyUs >= 1e6);
    expect(waited.length).toBe(3);
    expect(waited.every(({ overflow }) => overflow)).toBe(true);
  });

  test('opens no more than fall due in ten seconds', async () => {
    const { rows } = await send(4, { overflow: 1, overflowOfWaiting: 3, requests: 6 });
    expect(rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'ok'));
    expect(new Set(rows.map(({ connection }) => connection)).size).toBe(4);
  });
});
