import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { nowUs } from '../../record/clock.ts';
import { good } from './small-server.ts';

/**
 * A server in a thread of its own that ends each connection 10 ms after its first answer, without a word in it. It counts
 * the answers and the ends that have left it in `counts`, and notes when connection number i (from 1) was ended, in
 * us, in `endedUs`.
 */
export interface Shared {
  counts: SharedArrayBuffer;
  endedUs: SharedArrayBuffer;
}

const { counts, endedUs } = workerData as Shared;
const cells = new Int32Array(counts);
const ended = new Float64Array(endedUs);
let connections = 0;

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const number = ++connections;
  const end = () =>
    socket.end(() => {
      ended[number] = nowUs();
      Atomics.add(cells, 1, 1);
      Atomics.notify(cells, 1);
    });
  socket.once('data', () => {
    socket.write(good, () => {
      Atomics.add(cells, 0, 1);
      setTimeout(end, 10);
    });
  });
  socket.on('end', () => socket.destroy());
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as { port: number }).port));
