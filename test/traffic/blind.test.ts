import { afterEach, describe, expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import { sendHere } from './own-thread.ts';
import { laneOf } from './run-lanes.ts';
import { good, type Request, SmallServer } from './small-server.ts';

let server: SmallServer;
afterEach(() => server.close());

async function serve(answer: (request: Request) => void): Promise<number> {
  server = new SmallServer(answer);
  return server.listen();
}

const stallUs = 100_000;
const resolutionUs = 50_000;
const stall = (): number => {
  const fromUs = nowUs();
  while (nowUs() < fromUs + stallUs);
  return fromUs;
};

describe('an unpaced lane is blind where its thread is held up', () => {
  const lane = laneOf({ connection: 'kept', connections: 1, rate: 'unpaced', requests: 20, resolutionUs });
  const kind = { kind: 'blind', subject: { kind: 'lane', name: 'lane' } };

  test('before it sends at all', async () => {
    const port = await serve(({ socket }) => socket.write(good));
    let fromUs = 0;
    const { events, rows } = await sendHere(lane, port, async ({ thread, done }) => {
      fromUs = nowUs();
      thread.start(fromUs);
      stall();
      await done;
      await thread.stop(nowUs());
    });
    expect(events[0]).toMatchObject({ ...kind, earliestUs: fromUs, latestUs: rows[0]?.readyUs });
  });

  test('while an answer is there that it does not read', async () => {
    let stalledUs = 0;
    const port = await serve(({ socket, use }) => {
      socket.write(good);
      if (use === 10) stalledUs = stall();
    });
    const { events } = await sendHere(lane, port, async ({ thread, done }) => {
      thread.start(nowUs());
      await done;
      await thread.stop(nowUs());
    });
    const over = events.filter(
      ({ earliestUs, latestUs }) => earliestUs <= stalledUs + stallUs / 4 && latestUs >= stalledUs + stallUs,
    );
    expect(over).toMatchObject([kind]);
  });

  test('and not while it waits for the server', async () => {
    const held: Request[] = [];
    const port = await serve((request) => {
      held.push(request);
      if (request.use !== 2) request.socket.write(good);
    });
    const two = { ...lane, requests: 3, resolutionUs: 400_000 };
    const { events } = await sendHere(two, port, async ({ thread, done }) => {
      thread.start(nowUs());
      const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
      while (held.length < 2) await turn();
      const untilUs = nowUs() + two.resolutionUs + 100_000;
      while (nowUs() < untilUs) await turn();
      held[1]?.socket.write(good);
      await done;
      await thread.stop(nowUs());
    });
    expect(events).toEqual([]);
  });
});
