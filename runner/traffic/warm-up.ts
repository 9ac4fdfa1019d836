import { createServer } from 'node:net';
import { devNull } from 'node:os';
import { AttemptWriter } from '../../record/attempts-writer.ts';
import { nowUs } from '../../record/clock.ts';
import { type Lane, requestsEach } from './lane.ts';
import { peakRate } from './plan.ts';
import { createCounts } from './tally.ts';
import { TrafficThread } from './traffic-thread.ts';

/** Without it the first 150 ms alone make a p99 lateness of 20 ms (measured at 5,000/s). */
const warmUpMs = 250;
/** With fewer requests a second than this in all, V8 compiles little, and has the time for it. */
const busyFromPerS = 1_000;
/** Of a run that is busy: about as much as a thread can send to itself within that time. */
const busy = { rate: 20_000, requests: 4_000 };
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

/** Who sends while the thread warms up: for lanes that will send much, as fast as it can. */
export function warmUpLanes(lanes: readonly Lane[]): Lane[] {
  const isBusy = lanes.some(({ rate }) => rate === 'unpaced') || perSecond(lanes) >= busyFromPerS;
  return [
    { ...lane, ...(isBusy && busy) },
    { ...lane, name: 'warm-up-fresh', connection: 'fresh', rate: 400, requests: 100 },
  ];
}

function perSecond(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, each) => sum + (peakRate(each) ?? 0) * requestsEach(each), 0);
}

/**
 * Lets this thread's machinery run for a quarter of a second until it is compiled for `lanes`: against a server in this
 * same thread, and recorded nowhere. What is not compiled by then V8 compiles while the lanes send, in threads that go
 * before the server as this one does (priority.ts): on two cores that kept it from answering for 25 ms at a time.
 */
export async function warmUp(lanes: readonly Lane[]): Promise<void> {
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(answer)).on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const own = warmUpLanes(lanes);
  const thread = new TrafficThread(
    {
      lanes: own,
      identity: { replica: 'body:/name', version: 'header:x-version' },
      routes: [{ kind: 'choice', endpoints: [{ host: '127.0.0.1', port, pod: 'warm-up' }], host: 'warm-up' }],
      routeOfLane: own.map(() => 0),
      seed: 0,
      thread: 0,
      threads: 1,
      runTag: 'warm-up',
      sourceBlock: null,
      counts: createCounts(own.length, 1),
      beats: null,
    },
    new AttemptWriter(devNull),
    { onEvent: () => {}, onLaneDone: () => {} },
  );
  thread.start(nowUs());
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  // On a busy machine some of it is still due, and is not waited for.
  thread.abort();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
