import { BufferRegion, FieldNode, Message, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import type { Schema } from 'apache-arrow/schema';
import type { ColumnWriter } from './column-writers.ts';

/**
 * Messages of the Arrow IPC stream: 0xFFFFFFFF, the length of the padded metadata, the metadata, the body.
 * https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export const prefixBytes = 8;
export const continuation = 0xffffffff;

/** A message without a length ends the stream. */
export const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

const padded = (length: number) => (length + 7) & ~7;

export function encodeSchema(schema: Schema): Uint8Array {
  const out = new MessageBuffer();
  return out.encode(Message.from(schema), []);
}

/** Encodes batches one after the other into a buffer that it keeps: what `encodeBatch` returns is good until its next call. */
export class MessageBuffer {
  #buffer = Buffer.alloc(1 << 16);

  encodeBatch(rows: number, writers: readonly ColumnWriter[]): Uint8Array {
    const nodes: FieldNode[] = [];
    const regions: BufferRegion[] = [];
    const buffers: Uint8Array[] = [];
    let bodyLength = 0;
    for (const writer of writers) {
      nodes.push(new FieldNode(rows, writer.nulls));
      for (const buffer of writer.buffers(rows)) {
        regions.push(new BufferRegion(bodyLength, buffer.length));
        buffers.push(buffer);
        bodyLength += padded(buffer.length);
      }
    }
    return this.encode(Message.from(new RecordBatch(rows, nodes, regions, null), bodyLength), buffers);
  }

  encode(message: Message, body: readonly Uint8Array[]): Uint8Array {
    const metadata = Message.encode(message);
    const metadataLength = padded(metadata.length);
    const total = prefixBytes + metadataLength + Number(message.bodyLength);
    if (this.#buffer.length < total) this.#buffer = Buffer.alloc(Math.max(total, this.#buffer.length * 2));
    const out = this.#buffer.subarray(0, total);
    out.writeUInt32LE(continuation, 0);
    out.writeInt32LE(metadataLength, 4);
    let at = prefixBytes;
    for (const part of [metadata, ...body]) {
      out.set(part, at);
      const end = at + padded(part.length);
      out.fill(0, at + part.length, end);
      at = end;
    }
    return out;
  }
}
