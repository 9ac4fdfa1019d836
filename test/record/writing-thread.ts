import { workerData } from 'node:worker_threads';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import { anAttempt } from './attempt-samples.ts';

const { path, lane, ready, threads } = workerData as {
  path: string;
  lane: string;
  /** How many threads are there; none writes before all are, or one could be done before the next has begun. */
  ready: Int32Array<SharedArrayBuffer>;
  threads: number;
};
const writer = new AttemptWriter(path);
Atomics.add(ready, 0, 1);
Atomics.notify(ready, 0);
for (let there = Atomics.load(ready, 0); there < threads; there = Atomics.load(ready, 0)) Atomics.wait(ready, 0, there);
for (let i = 0; i < 20_000; i++) {
  writer.add(anAttempt({ id: `${lane}-${i}`, lane }));
  if (i % 37 === 0) writer.flush();
}
writer.close();
