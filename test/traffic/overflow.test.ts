import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import { sendHere } from './own-thread.ts';
import { laneOf } from './run-lanes.ts';
import { good, SmallServer } from './small-server.ts';

const server = new SmallServer(({ socket }) => socket.write(good));
afterEach(() => server.close());

/** How many connections this thread opens in each callback that opens any: between two callbacks the sockets can be read. */
async function openedAtOnce(act: () => Promise<void>): Promise<number[]> {
  const opened: number[] = [];
  let isWithin = false;
  const onSocket = () => {
    if (isWithin) opened[opened.length - 1] = (opened.at(-1) as number) + 1;
    else opened.push(1);
    isWithin = true;
    queueMicrotask(() => {
      isWithin = false;
    });
  };
  subscribe('net.client.socket', onSocket);
  try {
    await act();
  } finally {
    unsubscribe('net.client.socket', onSocket);
  }
  return opened;
}

test('the sockets are read between one overflow connection and the next, though many requests are overdue', async () => {
  const requests = 40;
  const lane = laneOf({ connection: 'kept', connections: 1, overflow: requests, rate: 1_000, requests });
  const port = await server.listen();
  const opened = await openedAtOnce(async () => {
    const { rows } = await sendHere(lane, port, async ({ thread, done }) => {
      thread.start(nowUs() - 1_000_000);
      await done;
      await thread.stop(nowUs());
    });
    expect(rows.filter((row) => row.outcome === 'ok').length).toBe(requests);
    expect(rows.some((row) => row.overflow)).toBe(true);
  });
  // The lane's own one, and with it the first of the others.
  expect(opened[0]).toBeLessThanOrEqual(2);
  expect(Math.max(...opened.slice(1))).toBe(1);
});
