/** Heads are seldom longer; one that is will be parsed each time. */
const longest = 2048;

/** What a parser made of the head of an answer whose length the head says. */
export interface Head {
  status: number;
  headers: readonly string[];
  keepAlive: boolean;
  contentEncoding: string | null;
  /** null where it does not say. */
  keepAliveUs: number | null;
  /** Of the body. */
  contentLength: number;
}

/**
 * The last head that came on a connection, byte for byte. A server's heads differ once a second (Date) unless it numbers
 * its answers, and equal bytes are equal heads.
 */
export class KnownHead {
  #bytes: Uint8Array | null = null;
  #length = 0;
  #head: Head | null = null;

  get length(): number {
    return this.#length;
  }

  /** `length` bytes of the buffer, from its start, are a whole head. */
  learn(buffer: Uint8Array, length: number, head: Head): void {
    if (length > longest) return;
    if (this.#bytes === null || this.#bytes.length < length) this.#bytes = new Uint8Array(length + 64);
    this.#bytes.set(buffer.subarray(0, length));
    this.#length = length;
    this.#head = head;
  }

  /** Where `length` bytes of the buffer begin with the known head: that head. */
  of(buffer: Uint8Array, length: number): Head | null {
    const bytes = this.#bytes;
    if (bytes === null || length < this.#length) return null;
    for (let i = 0; i < this.#length; i++) if (buffer[i] !== bytes[i]) return null;
    return this.#head;
  }
}
