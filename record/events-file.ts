import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { HitlessError } from './error.ts';
import type { Event } from './event.ts';

/** Appends events to events.ndjson, each at once, so that a killed run leaves what it saw. Throws HITLESS_RECORD_WRITE. */
export class EventsFile {
  readonly #path: string;
  readonly #fd: number;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#fd = this.#orWriteError(() => openSync(path, 'a'));
  }

  append(event: Event): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const written = this.#orWriteError(() => writeSync(this.#fd, line));
    if (written !== line.length) this.#orWriteError(() => writeSync(this.#fd, line, written));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  #orWriteError<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw new HitlessError('HITLESS_RECORD_WRITE', `cannot record events: ${(error as Error).message}`, {
        blame: 'environment',
        location: { file: this.#path },
        hint: 'Make room on the disk, or choose another folder with --out.',
        cause: error,
      });
    }
  }
}

/**
 * The events in the order in which they became known. A last line that was cut short (no line feed) is left out. Throws
 * HITLESS_RECORD_READ, and HITLESS_RECORD_CORRUPT for any other line that is no event.
 */
export function readEvents(path: string): Event[] {
  const lines = readLines(path);
  lines.pop();
  return lines.map((line, i) => parseEvent(line, { file: path, line: i + 1 }));
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    throw new HitlessError('HITLESS_RECORD_READ', `cannot read the events: ${(error as Error).message}`, {
      blame: 'environment',
      location: { file: path },
      cause: error,
    });
  }
}

function parseEvent(line: string, location: { file: string; line: number }): Event {
  try {
    const event = JSON.parse(line) as Event;
    if (
      Number.isFinite(event.earliestUs) &&
      Number.isFinite(event.latestUs) &&
      typeof event.kind === 'string' &&
      event.subject
    )
      return event;
  } catch {}
  throw new HitlessError('HITLESS_RECORD_CORRUPT', 'this line is no event', { blame: 'environment', location });
}
