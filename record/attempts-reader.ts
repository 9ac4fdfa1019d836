import { closeSync, openSync } from 'node:fs';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Schema } from 'apache-arrow/fb/schema';
import { ArrowStream, CorruptStream } from './arrow-stream.ts';
import { columns, firstColumns, formatVersion } from './attempt-columns.ts';
import { BatchReader } from './batch-reader.ts';
import { HitlessError } from './error.ts';
import type { AttemptBatch, Fold } from './fold.ts';
import type { NamedPods } from './named-pods.ts';

/**
 * attempts.arrows, batch by batch; each iteration reads it from the start. A batch (with its columns) is good until
 * the next one is asked for. `ended`, `cut` and `rows` hold after an iteration that went to the end.
 */
export interface AttemptsReader extends Iterable<AttemptBatch> {
  /** The record was closed properly: what its writers had is all there. */
  readonly ended: boolean;
  /** The file stops within a message, which was dropped. */
  readonly cut: boolean;
  readonly rows: number;
}

/**
 * `names`: the pods that go by names in answers; rows without a pod get theirs.
 *
 * Iterating throws HITLESS_RECORD_READ where the file cannot be read, HITLESS_RECORD_CORRUPT where it is no record of
 * attempts, is of another version, or is damaged before its last message.
 */
export function readAttempts(path: string, names?: NamedPods): AttemptsReader {
  return new AttemptsFile(path, names);
}

export interface Folded<Results extends readonly unknown[]> {
  results: Results;
  /** As of AttemptsReader. */
  ended: boolean;
  cut: boolean;
  rows: number;
  /** How often the record was read. */
  passes: number;
}

/** Runs all folds in one pass over the record, and further passes for those alone that ask for one. `names` and errors as of readAttempts. */
export function foldAttempts<Results extends readonly unknown[]>(
  path: string,
  folds: { readonly [K in keyof Results]: Fold<Results[K]> },
  names?: NamedPods,
): Folded<Results> {
  const reader = readAttempts(path, names);
  const results: unknown[] = new Array(folds.length);
  let open = folds.map((fold: Fold<unknown>, index) => ({ fold, index }));
  let passes = 0;
  do {
    for (const batch of reader) for (const { fold } of open) fold.batch(batch);
    passes++;
    open = open.flatMap(({ fold, index }) => {
      const done = fold.done();
      if ('again' in done) return [{ fold: done.again, index }];
      results[index] = done.result;
      return [];
    });
  } while (open.length > 0);
  const { ended, cut, rows } = reader;
  return { results: results as unknown as Results, ended, cut, rows, passes };
}

class AttemptsFile implements AttemptsReader {
  readonly #path: string;
  readonly #batch: BatchReader;
  ended = false;
  cut = false;
  rows = 0;

  constructor(path: string, names: NamedPods | undefined) {
    this.#path = path;
    this.#batch = new BatchReader(names);
  }

  *[Symbol.iterator](): Generator<AttemptBatch> {
    this.ended = false;
    this.cut = false;
    this.rows = 0;
    const fd = this.#guarded(() => openSync(this.#path, 'r'));
    try {
      const stream = new ArrowStream(fd);
      if (!this.#guarded(() => this.#readSchema(stream))) return;
      while (this.#guarded(() => this.#readBatch(stream))) {
        this.rows += this.#batch.length;
        yield this.#batch;
      }
    } finally {
      closeSync(fd);
    }
  }

  #readSchema(stream: ArrowStream): boolean {
    const next = stream.next();
    if (next.kind !== 'message') {
      this.cut = true;
      return false;
    }
    if (next.message.headerType() !== MessageHeader.Schema) throw new CorruptStream('it does not start with a schema');
    this.#batch.present = presentColumns(next.message.header(new Schema()));
    return true;
  }

  #readBatch(stream: ArrowStream): boolean {
    const next = stream.next();
    if (next.kind !== 'message') {
      this.ended = next.kind === 'ended';
      this.cut = next.kind === 'cut';
      return false;
    }
    if (next.message.headerType() !== MessageHeader.RecordBatch)
      throw new CorruptStream('a message is no batch of rows');
    this.#batch.load(next.message.header(new RecordBatch()), next.body);
    return true;
  }

  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#readable(error as NodeJS.ErrnoException);
    }
  }

  /** flatbuffers throws RangeError and TypeError on bytes that are none of its own. */
  #readable(error: NodeJS.ErrnoException): HitlessError {
    const location = { file: this.#path };
    if (error.code !== undefined && error.syscall !== undefined)
      return new HitlessError('HITLESS_RECORD_READ', `cannot read the attempts: ${error.message}`, {
        blame: 'environment',
        location,
        cause: error,
      });
    const what = error instanceof CorruptStream ? error.message : 'its bytes make no sense';
    return new HitlessError(
      'HITLESS_RECORD_CORRUPT',
      `the record of attempts is damaged after ${this.rows} rows: ${what}`,
      {
        blame: 'environment',
        location,
        hint: 'What it held up to there cannot be judged; run again.',
        cause: error,
      },
    );
  }
}

/** How many of our columns are there. Later versions may add some behind ours, which are passed over. */
function presentColumns(schema: Schema): number {
  const version = metadataOf(schema, 'hitless.format');
  if (version !== formatVersion)
    throw new CorruptStream(`it is of format ${version ?? 'unknown'}, this hitless reads format ${formatVersion}`);
  const missing = columns.findIndex(({ name }, i) => schema.fields(i)?.name() !== name);
  if (missing < 0) return columns.length;
  const isOlder = missing >= firstColumns && schema.fieldsLength() === missing;
  if (!isOlder) throw new CorruptStream(`the column ${columns[missing]?.name} is not where it belongs`);
  return missing;
}

function metadataOf(schema: Schema, key: string): string | null {
  const count = Math.min(schema.customMetadataLength(), 100);
  for (let i = 0; i < count; i++) {
    const entry = schema.customMetadata(i);
    if (entry?.key() === key) return entry.value();
  }
  return null;
}
