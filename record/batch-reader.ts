import { Buffer as Region } from 'apache-arrow/fb/buffer';
import { FieldNode } from 'apache-arrow/fb/field-node';
import type { RecordBatch } from 'apache-arrow/fb/record-batch';
import type { ByteBuffer } from 'flatbuffers';
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
  readonly #node = new FieldNode();
  readonly #region = new Region();
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
    const { present } = this;
    const rows = Number(batch.length());
    let next = 0;
    for (let i = 0; i < this.#columns.length; i++) {
      const { name, reader, bufferCount } = this.#columns[i] as ReturnType<typeof readers>[number];
      if (i >= present) {
        reader.loadNulls(rows);
        continue;
      }
      if (i >= batch.nodesLength() || next + bufferCount > batch.buffersLength())
        throw new CorruptStream('a batch has too few columns');
      const [length, nulls] = pairOf(batch.nodes(i, this.#node));
      const validity = this.#bufferOf(batch, next, body);
      const parts = [this.#bufferOf(batch, next + 1, body)];
      if (bufferCount === 3) parts.push(this.#bufferOf(batch, next + 2, body));
      next += bufferCount;
      const fits =
        length === rows &&
        (nulls === 0 || validity.length * 8 >= rows) &&
        reader.load({ rows, nulls, validity: nulls > 0 ? validity : null, parts });
      if (!fits) throw new CorruptStream(`the column ${name} does not fit its rows`);
    }
    this.length = rows;
  }

  #bufferOf(batch: RecordBatch, index: number, body: Buffer): Buffer {
    const [from, length] = pairOf(batch.buffers(index, this.#region));
    const to = from + length;
    if (!(from >= 0 && to >= from && to <= body.length && from % 8 === 0))
      throw new CorruptStream('a buffer does not lie within its message');
    return body.subarray(from, to);
  }

  #text(wanted: keyof Attempt): TextColumn {
    return this.#columns.find(({ name }) => name === wanted)?.reader as TextReader;
  }

  attempt(row: number): Attempt {
    const entries = this.#columns.map(({ name, type, reader }) => {
      if (name === 'pod') return [name, this.pod.at(row)];
      if (reader instanceof TextReader) return [name, reader.at(row)];
      const value = reader.values()[row] as number;
      if (Number.isNaN(value)) return [name, null];
      return [name, type === 'bool' ? value === 1 : value];
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
  get resumed() {
    return this.#numbers.resumed.values();
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

/**
 * The two numbers of a FieldNode (length, nulls) or a Buffer (offset, length), each an int64 (Arrow's Message.fbs and
 * Schema.fbs). A batch has a hundred of these, and their classes make two BigInts of each.
 */
function pairOf(struct: FieldNode | Region | null): [number, number] {
  if (struct === null || struct.bb === null) throw new CorruptStream('a batch has too few columns');
  const { bb, bb_pos: at } = struct;
  return [int64At(bb, at), int64At(bb, at + 8)];
}

function int64At(bytes: ByteBuffer, at: number): number {
  return bytes.readUint32(at) + bytes.readInt32(at + 4) * 2 ** 32;
}
