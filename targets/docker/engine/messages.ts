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
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  // An error of the stream ends the lines, and says so beside them; also when nobody reads them any more.
  let failure: Error | undefined;
  for (const source of [stream, lines])
    source.on('error', (error: Error) => {
      failure ??= error;
    });
  try {
    for await (const line of lines) {
      const value = parsed<T>(line);
      if (value !== undefined) yield value;
    }
    if (failure !== undefined) throw failure;
  } finally {
    stream.destroy();
  }
}

/** A line may be cut off in the middle: what comes next says why. */
function parsed<T>(line: string): T | undefined {
  try {
    return line.trim() === '' ? undefined : (JSON.parse(line) as T);
  } catch {
    return undefined;
  }
}
