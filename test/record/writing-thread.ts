import { workerData } from 'node:worker_threads';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import { anAttempt } from './attempt-samples.ts';

const { path, lane } = workerData as { path: string; lane: string };
const writer = new AttemptWriter(path);
for (let i = 0; i < 20_000; i++) {
  writer.add(anAttempt({ id: `${lane}-${i}`, lane }));
  if (i % 37 === 0) writer.flush();
}
writer.close();
