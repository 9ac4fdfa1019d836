import { afterEach, describe, expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import type { Lane, Session } from '../../runner/traffic/lane.ts';
import { type OwnThread, sendHere } from './own-thread.ts';
import { laneOf } from './run-lanes.ts';
import { good, later, type Request, SmallServer } from './small-server.ts';

let server: SmallServer;
afterEach(() => server.close());

async function serve(answer: (request: Request) => void): Promise<number> {
  server = new SmallServer(answer);
  return server.listen();
}

const toTheEnd = async ({ thread, done }: OwnThread) => {
  thread.start(nowUs());
  await done;
  await thread.stop(nowUs());
};

const closing = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok';
const kept: Partial<Lane> = { connection: 'kept', connections: 2, overflow: 0, rate: 20 };
const session: Session = { page: '/', assets: ['/last.js'], connections: 'one', pauseUs: 0 };

describe('bytes that come a moment after a whole answer fail it where the connection is closed', () => {
  test.each<[string, Partial<Lane>, string]>([
    ['for each attempt', { connection: 'fresh', rate: 100 }, good],
    ['without a pause', { connection: 'fresh', rate: 'unpaced', connections: 2 }, good],
    ['as the server announced', kept, closing],
    ['after so many requests', { ...kept, life: { requests: 1, ageUs: null } }, good],
    ['at the end of a visit', { connection: 'session', session, rate: 20 }, good],
    ['at the end of the run', kept, good],
  ])('%s', async (_, differences, answer) => {
    const addedUs = new Map<string | undefined, number>();
    const port = await serve(({ socket, path, headers }) => {
      socket.write(answer);
      if (differences.connection === 'session' && path === '/') return;
      later(15, () => {
        addedUs.set(headers.get('x-hitless-id'), nowUs());
        socket.write('more');
      });
    });
    const { rows, counts } = await sendHere(laneOf({ requests: 2, ...differences }), port, toTheEnd);
    const added = rows.filter((row) => addedUs.has(row.id));
    expect(added.length).toBe(2);
    for (const row of added) {
      expect(row).toMatchObject({ outcome: 'surplus', phase: 'body', status: 200, handled: 'yes' });
      expect(row.endUs, 'the end is that of the whole answer').toBeLessThan(addedUs.get(row.id) as number);
    }
    const ok = rows.length - added.length;
    expect(counts[0]).toMatchObject({ planned: rows.length, sent: rows.length, ok, failed: 2, inFlight: 0 });
  });
});

test('a lane is done when each attempt is a row, and no connection is open then that it wants no more', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const { rows } = await sendHere(laneOf({ requests: 30, rate: 1_000 }), port, async ({ thread, counts, done }) => {
    thread.start(nowUs());
    await done;
    expect(counts()).toMatchObject({ planned: 30, sent: 30, ok: 30, inFlight: 0 });
    while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await thread.stop(nowUs());
  });
  expect(rows.length).toBe(30);
});

test('an abort does not wait for what could still come', async () => {
  const port = await serve(({ socket }) => socket.write(good));
  const { rows, counts } = await sendHere(laneOf({ rate: 1_000, connections: 5 }), port, async (own) => {
    own.thread.start(nowUs());
    while (server.requests.length < 5) await new Promise((resolve) => setImmediate(resolve));
    own.thread.abort();
  });
  expect(rows.length).toBe(counts[0]?.planned);
  expect(rows.every((row) => row.outcome === 'ok' || row.outcome === 'unanswered')).toBe(true);
  expect(counts[0]?.inFlight).toBe(0);
});
