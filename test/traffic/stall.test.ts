import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { nowUs } from '../../record/clock.ts';
import { sendHere } from './own-thread.ts';
import { laneOf, type Ran } from './run-lanes.ts';

const attempts = 10;
const intervalUs = 200_000;
const resolutionUs = 20_000;
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** A traffic thread in this very thread, which is then held up from each answer until the next attempt is overdue. */
function sendWithStalls(port: number, cells: Int32Array): Promise<Ran> {
  const lane = laneOf({ connection: 'kept', connections: 1, overflow: 0, rate: 5, requests: attempts, resolutionUs });
  return sendHere(lane, port, async ({ thread }) => {
    const fromUs = nowUs();
    thread.start(fromUs);
    for (let round = 1; round <= attempts; round++) {
      const dueUs = fromUs + round * intervalUs;
      while (Atomics.load(cells, 0) < round && nowUs() < dueUs) await turn();
      // The answer is here or will be within this. Then nothing runs until the FIN is out and the next attempt overdue.
      const answeredUs = nowUs();
      while (nowUs() < answeredUs + 5_000) await turn();
      Atomics.wait(cells, 1, round - 1, 100);
      while (nowUs() < dueUs + 30_000);
    }
    await thread.stop(nowUs());
  });
}

test('a FIN that came while the thread was held up is read before the next request is written', async () => {
  const shared = { counts: new SharedArrayBuffer(8), endedUs: new SharedArrayBuffer(8 * (attempts + 1)) };
  const worker = new Worker(new URL('./closing-worker.ts', import.meta.url), { workerData: shared });
  const [port] = (await once(worker, 'message')) as [number];
  const { rows, events } = await sendWithStalls(port, new Int32Array(shared.counts));
  await worker.terminate();
  const endedUs = new Float64Array(shared.endedUs);
  expect(rows.length).toBe(attempts);
  // Where a busy machine let the FIN come only after the send, it is the server's doing.
  for (const row of rows)
    if ((row.sentUs as number) > (endedUs[row.connection as number] as number))
      expect(row).toMatchObject({ outcome: 'ok' });
  expect(rows.filter((row) => row.outcome === 'ok').length).toBeGreaterThanOrEqual(attempts / 2);
  const late = rows.filter((row) => row.readyUs - row.intendedUs > resolutionUs).length;
  expect(late).toBeGreaterThan(0);
  expect(events.length).toBe(late);
  for (const event of events) expect(event).toMatchObject({ kind: 'blind', subject: { kind: 'lane', name: 'lane' } });
});
