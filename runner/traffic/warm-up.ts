import { createServer } from 'node:net';
import { devNull } from 'node:os';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import { nowUs } from '../../record/clock.ts';
import type { Lane } from './lane.ts';
import { createCounts } from './tally.ts';
import { TrafficThread } from './traffic-thread.ts';

/** Without it the first 150 ms alone make a p99 lateness of 20 ms (measured at 5,000/s). */
const warmUpMs = 250;
const answer =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-version: v0\r\ncontent-length: 29\r\n\r\n{"hello":"world","name":"w1"}';

const lane: Lane = {
  name: 'warm-up',
  engine: 'builtin',
  connection: 'kept',
  rate: 2_000,
  arrivals: 'constant',
  ramps: [],
  requests: null,
  connections: 10,
  overflow: 10,
  life: { requests: null, ageUs: null },
  service: null,
  control: null,
  session: null,
  request: { method: 'GET', path: '/', headers: {}, body: null },
  expect: { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: { required: ['hello', 'name'] } },
  limits: { connectUs: 1e6, tlsUs: 1e6, headersUs: 1e6, bodyUs: 1e6 },
  resolutionUs: Number.POSITIVE_INFINITY,
  spin: false,
};

/**
 * Lets this thread's machinery run for a quarter of a second until it is compiled: against a server in this same thread,
 * and recorded nowhere.
 */
export async function warmUp(): Promise<void> {
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const thread = new TrafficThread(
    {
      lanes: [lane, { ...lane, name: 'warm-up-fresh', connection: 'fresh', rate: 400 }],
      identity: { replica: 'body:/name', version: 'header:x-version' },
      routes: [{ kind: 'choice', endpoints: [{ host: '127.0.0.1', port, pod: 'warm-up' }], host: 'warm-up' }],
      routeOfLane: [0, 0],
      seed: 0,
      thread: 0,
      threads: 1,
      runTag: 'warm-up',
      sourceBlock: null,
      counts: createCounts(2, 1),
      beats: null,
    },
    new AttemptWriter(devNull),
    { onEvent: () => {}, onLaneDone: () => {} },
  );
  thread.start(nowUs());
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  await thread.stop(nowUs());
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
