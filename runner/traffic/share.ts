import { type Lane, requestsEach } from './lane.ts';
import { peakRate } from './plan.ts';

/** How many of `total` things numbered from 0 are thread's, when number i is thread i mod threads's. */
export function partOf(total: number, thread: number, threads: number): number {
  return Math.max(0, Math.ceil((total - thread) / threads));
}

/** Over how many of the threads a lane is spread: each needs a connection of it. */
export function threadsOfLane(lane: Lane, threads: number): number {
  const connections = lane.rate === 'unpaced' || lane.connection === 'kept' ? lane.connections : lane.overflow;
  return Math.max(1, Math.min(threads, connections));
}

/** CPU time of one attempt, measured with test/bench; only good for choosing how many threads there are. */
const costUs = { kept: 40, fresh: 300, session: 300 } as const;
/** And of a full TLS handshake (TLS 1.3, P-256) on top of it: 1.1 to 1.9 ms were measured on a busy machine. */
const handshakeUs = 1_500;
/** A thread that is busier than this has no room left for a burst. */
const busyShare = 0.6;

/** How many threads the lanes need, leaving one core to the rest: one for most. */
export function chooseThreads(lanes: readonly Lane[], cores: number, isSecure = false): number {
  let busy = 0;
  for (const lane of lanes) {
    const rate = peakRate(lane);
    // What goes over a connection that is there costs a fifth of one that is opened.
    const followers = requestsEach(lane) - 1;
    const requests = 1 + followers * (lane.session?.connections === 'each' ? 1 : 0.2);
    const opens = lane.connection === 'kept' ? 0 : 1 + (lane.session?.connections === 'each' ? followers : 0);
    const eachUs = requests * costUs[lane.connection] + (isSecure ? opens * handshakeUs : 0);
    busy += rate === null ? busyShare : (rate * eachUs) / 1e6;
  }
  return Math.max(1, Math.min(cores - 1, Math.ceil(busy / busyShare)));
}
