import { readSync } from 'node:fs';
import { Message } from 'apache-arrow/fb/message';
import { ByteBuffer } from 'flatbuffers';
import { continuation, prefixBytes } from './arrow-message.ts';

/** Ours have some 3 kB; what claims to be more is no message. */
const longestMetadata = 1 << 16;
const longestBody = 2 ** 30;
/** Less than this is read ahead: a message of a lane at 100 requests a second has some 4 kB. */
const readSize = 1 << 16;

/** The bytes cannot be a message of the stream. The reader of attempts turns it into a HitlessError with the file. */
export class CorruptStream extends Error {}

export type StreamMessage =
  | { kind: 'message'; message: Message; body: Buffer }
  | { kind: 'ended' }
  | { kind: 'cut' | 'unended' };

/**
 * Takes an Arrow IPC stream apart, a message at a time, into one buffer that it keeps: a body is good until the next
 * call. `ended`: the marker came; `unended`: the file stops between two messages; `cut`: within one.
 */
export class ArrowStream {
  readonly #fd: number;
  readonly #prefix = Buffer.alloc(prefixBytes);
  #metadata = Buffer.alloc(1 << 12);
  #body = Buffer.from(new ArrayBuffer(1 << 16));
  /** What was read and not taken yet lies from `taken` to `filled`. */
  readonly #ahead = Buffer.allocUnsafeSlow(readSize);
  #taken = 0;
  #filled = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  next(): StreamMessage {
    const got = this.#read(this.#prefix, prefixBytes);
    if (got === 0) return { kind: 'unended' };
    if (got >= 4 && this.#prefix.readUInt32LE(0) !== continuation) throw new CorruptStream('no message starts there');
    if (got < prefixBytes) return { kind: 'cut' };
    const metadataLength = this.#prefix.readInt32LE(4);
    if (metadataLength === 0) return this.#end();
    if (metadataLength < 0 || metadataLength > longestMetadata)
      throw new CorruptStream('the message has no proper length');
    if (this.#metadata.length < metadataLength) this.#metadata = Buffer.alloc(metadataLength);
    if (this.#read(this.#metadata, metadataLength) < metadataLength) return { kind: 'cut' };
    const message = Message.getRootAsMessage(new ByteBuffer(this.#metadata.subarray(0, metadataLength)));
    const bodyLength = Number(message.bodyLength());
    if (bodyLength < 0 || bodyLength > longestBody) throw new CorruptStream('the message has no proper length');
    if (this.#body.length < bodyLength) this.#body = Buffer.from(new ArrayBuffer(bodyLength * 2));
    if (this.#read(this.#body, bodyLength) < bodyLength) return { kind: 'cut' };
    return { kind: 'message', message, body: this.#body.subarray(0, bodyLength) };
  }

  /** What was appended after the end would be lost to every reader, so it must not pass unseen. */
  #end(): StreamMessage {
    if (this.#read(this.#prefix, 1) > 0) throw new CorruptStream('there is more after the end of the stream');
    return { kind: 'ended' };
  }

  #read(into: Buffer, length: number): number {
    let got = 0;
    while (got < length) {
      const wanted = length - got;
      const bytes =
        this.#taken === this.#filled && wanted >= readSize
          ? readSync(this.#fd, into, got, wanted, null)
          : this.#take(into, got, wanted);
      if (bytes === 0) break;
      got += bytes;
    }
    return got;
  }

  #take(into: Buffer, at: number, wanted: number): number {
    if (this.#taken === this.#filled) {
      this.#taken = 0;
      this.#filled = readSync(this.#fd, this.#ahead, 0, readSize, null);
    }
    const end = Math.min(this.#filled, this.#taken + wanted);
    const bytes = this.#ahead.copy(into, at, this.#taken, end);
    this.#taken = end;
    return bytes;
  }
}
