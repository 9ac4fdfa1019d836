const slots = 1024;
/** Longer texts are decoded each time. */
const longest = 64;

/**
 * Decodes UTF-8 and remembers the texts it met by their bytes, one in each of 1,024 slots: a column of few texts
 * allocates none anew, and one in which every text is another keeps no more than the slots hold.
 */
export class TextCache {
  #bytes = new Uint8Array(0);
  #lengths = new Uint8Array(0);
  readonly #texts: string[] = [];

  decode(from: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > longest) return from.toString('utf8', start, end);
    if (this.#lengths.length === 0) this.#allocate();
    // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (from[i] as number), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    if (this.#holds(slot, from, start, length)) return this.#texts[slot] as string;
    const text = from.toString('utf8', start, end);
    this.#bytes.set(from.subarray(start, end), slot * longest);
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }

  #allocate(): void {
    this.#bytes = new Uint8Array(slots * longest);
    this.#lengths = new Uint8Array(slots);
  }

  #holds(slot: number, from: Buffer, start: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false;
    const held = slot * longest;
    for (let i = 0; i < length; i++) if (this.#bytes[held + i] !== from[start + i]) return false;
    return true;
  }
}
