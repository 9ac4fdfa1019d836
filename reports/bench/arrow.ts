import { closeSync, openSync, readSync } from 'node:fs';
import { encodeSchema, endOfStream } from '../../record/arrow-message.ts';
import { attemptsSchema } from '../../record/attempt-columns.ts';

const partSize = 1 << 20;

/**
 * The records of all rounds as one Arrow IPC stream, in parts: one schema, the batches of each record, one end. The column
 * `lane` tells the rounds apart. All were written by this process, and ended. Throws where a file cannot be read.
 */
export function* benchArrow(files: readonly string[]): Generator<Uint8Array> {
  const schema = Uint8Array.from(encodeSchema(attemptsSchema()));
  yield schema;
  for (const file of files) yield* batchesOf(file, schema.length);
  yield endOfStream;
}

/** All between the schema and the mark of the end. */
function* batchesOf(file: string, from: number): Generator<Uint8Array> {
  const fd = openSync(file, 'r');
  try {
    let kept = Buffer.alloc(0);
    for (let at = from; ; ) {
      const part = Buffer.alloc(partSize);
      const read = readSync(fd, part, 0, partSize, at);
      if (read === 0) return;
      at += read;
      const all = Buffer.concat([kept, part.subarray(0, read)]);
      const end = Math.max(0, all.length - endOfStream.length);
      yield all.subarray(0, end);
      kept = all.subarray(end);
    }
  } finally {
    closeSync(fd);
  }
}
