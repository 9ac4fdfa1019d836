import type { RecordBatch } from 'apache-arrow/fb/record-batch';
import { CorruptStream } from './arrow-stream.ts';
import type { Attempt } from './attempt.ts';
import { columns } from './attempt-columns.ts';
import { NumberReader, TextReader } from './column-readers.ts';
import type { AttemptBatch, TextColumn } from './fold.ts';
import { NamedPods } from './named-pods.ts';
import { PodColumn } from './pod-column.ts';

type NumberName = { [K in keyof AttemptBatch]: AttemptBatch[K] extends Float64Array ? K : never }[keyof AttemptBatch];

const readers = () =>
  columns.map((column) => ({
    ...column,
    reader: column.type === 'text' ? new TextReader() : new NumberReader(column.type),
    /** of its Arrow buffers: validity, offsets of a text, values */
    bufferCount: column.type === 'text' ? 3 : 2,
  }));

/** The batch at hand: its columns look into the body of the message, which the next one overwrites. */
export class BatchReader implements AttemptBatch {
  readonly #columns = readers();
  readonly #numbers = Object.fromEntries(this.#columns.map(({ name, reader }) => [name, reader])) as unknown as Record<
    NumberName,
    NumberReader
  >;
  length = 0;
  /** How many of the columns the record has: one from before the last ones came has fewer. */
  present = columns.length;
  readonly id = this.#text('id');
  readonly lane = this.#text('lane');
  readonly session = this.#text('session');
  readonly method = this.#text('method');
  readonly path = this.#text('path');
  readonly outcome = this.#text('outcome');
  readonly phase = this.#text('phase');
  readonly detail = this.#text('detail');
  readonly replica = this.#text('replica');
  readonly replicaSource = this.#text('replicaSource');
  readonly pod: TextColumn;
  readonly version = this.#text('version');
  readonly handled = this.#text('handled');
  readonly address = this.#text('address');

  /** `names`: what replicas call themselves, and the pods that they are. */
  constructor(names = new NamedPods()) {
    const pod = this.#text('pod');
    this.pod = names.size === 0 ? pod : new PodColumn(pod, this.replica, () => this.sentUs, names);
  }

  /** Throws CorruptStream where the buffers do not lie within the body or do not fit the rows. */
  load(batch: RecordBatch, body: Buffer): void {
    const there = this.#columns.slice(0, this.present);
    const buffers = there.reduce((sum, { bufferCount }) => sum + bufferCount, 0);
    if (batch.buffersLength() < buffers || batch.nodesLength() < there.length)
      throw new CorruptStream('a batch has too few columns');
    const rows = Number(batch.length());
    let next = 0;
    for (const { reader } of this.#columns.slice(this.present)) reader.loadNulls(rows);
    for (const [i, { name, reader, bufferCount }] of there.entries()) {
      const node = batch.nodes(i);
      const [validity, ...parts] = Array.from({ length: bufferCount }, () => bufferOf(batch, next++, body));
      const hasNulls = Number(node?.nullCount()) > 0;
      const fits =
        Number(node?.length()) === rows &&
        (!hasNulls || (validity as Buffer).length * 8 >= rows) &&
        reader.load({ rows, validity: hasNulls ? (validity as Buffer) : null, parts });
      if (!fits) throw new CorruptStream(`the column ${name} does not fit its rows`);
    }
    this.length = rows;
  }

  #text(wanted: keyof Attempt): TextColumn {
    return this.#columns.find(({ name }) => name === wanted)?.reader as TextReader;
  }

  attempt(row: number): Attempt {
    const entries = this.#columns.map(({ name, type, reader }) => {
      if (name === 'pod') return [name, this.pod.at(row)];
      if (reader instanceof TextReader) return [name, reader.at(row)];
      const value = reader.values()[row] as number;
      if (type === 'bool') return [name, value === 1];
      return [name, Number.isNaN(value) ? null : value];
    });
    return Object.fromEntries(entries) as Attempt;
  }

  // Folds may ask for a column at each row, so these are looked up by no name.
  get connection() {
    return this.#numbers.connection.values();
  }
  get connectionUse() {
    return this.#numbers.connectionUse.values();
  }
  get overflow() {
    return this.#numbers.overflow.values();
  }
  get intendedUs() {
    return this.#numbers.intendedUs.values();
  }
  get readyUs() {
    return this.#numbers.readyUs.values();
  }
  get sentUs() {
    return this.#numbers.sentUs.values();
  }
  get connectedUs() {
    return this.#numbers.connectedUs.values();
  }
  get securedUs() {
    return this.#numbers.securedUs.values();
  }
  get resolveUs() {
    return this.#numbers.resolveUs.values();
  }
  get firstByteUs() {
    return this.#numbers.firstByteUs.values();
  }
  get endUs() {
    return this.#numbers.endUs.values();
  }
  get status() {
    return this.#numbers.status.values();
  }
  get counter() {
    return this.#numbers.counter.values();
  }
  get bytes() {
    return this.#numbers.bytes.values();
  }
  get idleUs() {
    return this.#numbers.idleUs.values();
  }
}

function bufferOf(batch: RecordBatch, index: number, body: Buffer): Buffer {
  const region = batch.buffers(index);
  const from = Number(region?.offset());
  const to = from + Number(region?.length());
  if (!(from >= 0 && to >= from && to <= body.length && from % 8 === 0))
    throw new CorruptStream('a buffer does not lie within its message');
  return body.subarray(from, to);
}
