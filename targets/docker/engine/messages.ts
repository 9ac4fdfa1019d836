import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A line of what build, pull and push tell while they work. */
export interface EngineMessage {
  stream?: string;
  status?: string;
  error?: string;
  aux?: { ID?: string; Digest?: string; Tag?: string };
}

/** The JSON values of a stream, one a line; a line that is none is passed over. */
export async function* jsonLines<T>(stream: Readable): AsyncGenerator<T> {
  // An error of the stream is not passed on by readline.
  let failure: Error | undefined;
  stream.once('error', (error) => {
    failure = error;
  });
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line) as T;
    } catch {
      // Cut off in the middle: what comes next says why.
    }
  }
  if (failure !== undefined) throw failure;
}
