import type { Readable } from 'node:stream';

export type StreamName = 'stdout' | 'stderr';

/**
 * Takes apart what a container writes: frames of a stream's number, three zero bytes, the length as 32 bits with the
 * highest first, and so many bytes (Engine API, "Attach to a container", Stream format).
 */
export async function* frames(stream: Readable): AsyncGenerator<{ name: StreamName; chunk: Buffer }> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const part of stream as AsyncIterable<Buffer>) {
    waiting = waiting.length === 0 ? part : Buffer.concat([waiting, part]);
    for (;;) {
      if (waiting.length < 8) break;
      const length = waiting.readUInt32BE(4);
      if (waiting.length < 8 + length) break;
      yield { name: waiting[0] === 2 ? 'stderr' : 'stdout', chunk: waiting.subarray(8, 8 + length) };
      waiting = waiting.subarray(8 + length);
    }
  }
}
