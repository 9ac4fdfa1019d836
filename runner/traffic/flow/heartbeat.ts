/** Of a thread in shared memory: how often it looked up, and the lane whose flow it ran last (its place, from 1). */
const cellsOfThread = 2;

/** Whether threads that run flows still look up: a flow that loops without an await holds up all that its thread does. */
export function createBeats(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * cellsOfThread * Int32Array.BYTES_PER_ELEMENT);
}

/** The thread has looked up. */
export function noteBeat(beats: SharedArrayBuffer | null, thread: number): void {
  if (beats !== null) Atomics.add(new Int32Array(beats), thread * cellsOfThread, 1);
}

/** The thread is about to run the flow of a lane. */
export function noteFlow(beats: SharedArrayBuffer | null, thread: number, laneIndex: number): void {
  if (beats !== null) Atomics.store(new Int32Array(beats), thread * cellsOfThread + 1, laneIndex + 1);
}

export interface Beat {
  count: number;
  /** null: it has run none yet. */
  laneIndex: number | null;
}

export function readBeat(beats: SharedArrayBuffer, thread: number): Beat {
  const cells = new Int32Array(beats);
  const lane = Atomics.load(cells, thread * cellsOfThread + 1);
  return { count: Atomics.load(cells, thread * cellsOfThread), laneIndex: lane === 0 ? null : lane - 1 };
}
