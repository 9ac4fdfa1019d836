/** One column of the batch that is being filled. `buffers` gives its Arrow buffers: validity, then offsets of a text, then values. */
export interface ColumnWriter {
  readonly nulls: number;
  buffers(rows: number): Uint8Array[];
  clear(): void;
}

const none = new Uint8Array(0);
const bitmap = (capacity: number) => new Uint8Array((capacity + 7) >> 3);
const bytesOf = (array: Int32Array, length: number) => new Uint8Array(array.buffer, 0, length * 4);

function setBit(bits: Uint8Array, row: number): void {
  const byte = row >> 3;
  bits[byte] = (bits[byte] as number) | (1 << (row & 7));
}

/** Which rows are not null, one bit each. Arrow lets a column without nulls leave it out. */
class Validity {
  nulls = 0;
  readonly #bits: Uint8Array;

  constructor(capacity: number) {
    this.#bits = bitmap(capacity);
  }

  set(row: number): void {
    setBit(this.#bits, row);
  }

  bytes(rows: number): Uint8Array {
    return this.nulls === 0 ? none : this.#bits.subarray(0, (rows + 7) >> 3);
  }

  clear(): void {
    this.nulls = 0;
    this.#bits.fill(0);
  }
}

/** Whole numbers up to 2^53 as Int64 (two halves, without BigInt), or up to 2^31 as Int32. */
export class IntegerWriter implements ColumnWriter {
  readonly #wide: boolean;
  readonly #values: Int32Array;
  readonly #validity: Validity;

  constructor(type: 'int64' | 'int32', capacity: number) {
    this.#wide = type === 'int64';
    this.#values = new Int32Array(this.#wide ? capacity * 2 : capacity);
    this.#validity = new Validity(capacity);
  }

  get nulls(): number {
    return this.#validity.nulls;
  }

  put(row: number, value: number | null): void {
    if (value === null) {
      this.#validity.nulls++;
      this.#store(row, 0);
    } else {
      this.#validity.set(row);
      this.#store(row, Math.round(value));
    }
  }

  #store(row: number, value: number): void {
    if (this.#wide) {
      const low = value >>> 0;
      this.#values[row * 2] = low;
      this.#values[row * 2 + 1] = (value - low) / 2 ** 32;
    } else this.#values[row] = value;
  }

  buffers(rows: number): Uint8Array[] {
    return [this.#validity.bytes(rows), bytesOf(this.#values, this.#wide ? rows * 2 : rows)];
  }

  clear(): void {
    this.#validity.clear();
  }
}

export class BooleanWriter implements ColumnWriter {
  readonly #bits: Uint8Array;
  readonly #validity: Validity;

  constructor(capacity: number) {
    this.#bits = bitmap(capacity);
    this.#validity = new Validity(capacity);
  }

  get nulls(): number {
    return this.#validity.nulls;
  }

  put(row: number, value: boolean | null): void {
    if (value === null) this.#validity.nulls++;
    else this.#validity.set(row);
    if (value === true) setBit(this.#bits, row);
  }

  buffers(rows: number): Uint8Array[] {
    return [this.#validity.bytes(rows), this.#bits.subarray(0, (rows + 7) >> 3)];
  }

  clear(): void {
    this.#bits.fill(0);
    this.#validity.clear();
  }
}

const encoder = new TextEncoder();

export class TextWriter implements ColumnWriter {
  readonly #offsets: Int32Array;
  readonly #validity: Validity;
  #bytes = new Uint8Array(4096);
  #used = 0;

  constructor(capacity: number) {
    this.#offsets = new Int32Array(capacity + 1);
    this.#validity = new Validity(capacity);
  }

  get nulls(): number {
    return this.#validity.nulls;
  }

  /** Bytes of text in the batch so far. */
  get size(): number {
    return this.#used;
  }

  put(row: number, text: string | null): void {
    if (text === null) this.#validity.nulls++;
    else {
      this.#validity.set(row);
      this.#append(text);
    }
    this.#offsets[row + 1] = this.#used;
  }

  /** Most texts are a few ASCII letters, for which the loop is several times quicker than a call of the encoder. */
  #append(text: string): void {
    const length = text.length;
    if (this.#bytes.length < this.#used + length * 3) this.#grow(this.#used + length * 3);
    const bytes = this.#bytes;
    let at = this.#used;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.#used += encoder.encodeInto(text, bytes.subarray(this.#used)).written;
        return;
      }
      bytes[at++] = code;
    }
    this.#used = at;
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }

  buffers(rows: number): Uint8Array[] {
    return [this.#validity.bytes(rows), bytesOf(this.#offsets, rows + 1), this.#bytes.subarray(0, this.#used)];
  }

  clear(): void {
    this.#used = 0;
    this.#validity.clear();
  }
}
