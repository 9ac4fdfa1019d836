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

/** One for each of a few replicas; each is a comparison more for a head that nobody has seen. */
const remembered = 4;

/**
 * The last heads that came on any of a way's connections. With fifty of them each second's new Date is parsed once and not
 * fifty times, and the parser stays so cold that V8 does not compile it under way (warm-up.ts).
 */
export class KnownHeads {
  readonly #heads = Array.from({ length: remembered }, () => new KnownHead());
  #oldest = 0;

  /** `length` bytes of the buffer, from its start, are a whole head. */
  learn(buffer: Uint8Array, length: number, head: Head): void {
    (this.#heads[this.#oldest] as KnownHead).learn(buffer, length, head);
    this.#oldest = (this.#oldest + 1) % remembered;
  }

  /** Where `length` bytes of the buffer begin with one of them: that head, which `own` has learnt then. */
  teach(own: KnownHead, buffer: Uint8Array, length: number): Head | null {
    for (const known of this.#heads) {
      const head = known.of(buffer, length);
      if (head === null) continue;
      own.learn(buffer, known.length, head);
      return head;
    }
    return null;
  }
}
