import type { TextColumn } from './fold.ts';
import { TextCache } from './text-cache.ts';

/** The Arrow buffers of one column of a batch; `validity` is null where no row is null. */
export interface ColumnBuffers {
  rows: number;
  nulls: number;
  validity: Buffer | null;
  /** Values; of a text its offsets, then its bytes. */
  parts: readonly Buffer[];
}

/** One column of the batch at hand. `load` says whether the buffers are long enough for their rows. */
export interface ColumnReader {
  load(buffers: ColumnBuffers): boolean;
  /** Of a column that the record does not have. */
  loadNulls(rows: number): void;
}

const isSet = (bits: Buffer, row: number) => (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1;
const asInt32 = (bytes: Buffer, length: number) => new Int32Array(bytes.buffer, bytes.byteOffset, length);

/** Integers and booleans as numbers, NaN for null; converted when first asked for. */
export class NumberReader implements ColumnReader {
  readonly #type: 'int64' | 'int32' | 'bool';
  #buffers: ColumnBuffers = { rows: 0, nulls: 0, validity: null, parts: [] };
  #values = new Float64Array(0);
  #view: Float64Array | null = null;

  constructor(type: 'int64' | 'int32' | 'bool') {
    this.#type = type;
  }

  load(buffers: ColumnBuffers): boolean {
    this.#buffers = buffers;
    this.#view = null;
    const bits = { int64: 64, int32: 32, bool: 1 }[this.#type];
    return buffers.parts[0] !== undefined && buffers.parts[0].length * 8 >= buffers.rows * bits;
  }

  loadNulls(rows: number): void {
    if (this.#values.length < rows) this.#values = new Float64Array(Math.max(rows, this.#values.length * 2));
    this.#view = this.#values.subarray(0, rows).fill(Number.NaN);
  }

  values(): Float64Array {
    if (this.#view === null) {
      const { rows } = this.#buffers;
      if (this.#values.length < rows) this.#values = new Float64Array(Math.max(rows, this.#values.length * 2));
      this.#convert(rows);
      this.#view = this.#values.subarray(0, rows);
    }
    return this.#view;
  }

  #convert(rows: number): void {
    const from = this.#buffers.parts[0] as Buffer;
    const to = this.#values;
    if (this.#type === 'bool') for (let row = 0; row < rows; row++) to[row] = isSet(from, row) ? 1 : 0;
    else if (this.#type === 'int32') to.set(asInt32(from, rows));
    else {
      const halves = asInt32(from, rows * 2);
      for (let row = 0; row < rows; row++)
        to[row] = (halves[row * 2 + 1] as number) * 2 ** 32 + ((halves[row * 2] as number) >>> 0);
    }
    const { validity } = this.#buffers;
    if (validity !== null) for (let row = 0; row < rows; row++) if (!isSet(validity, row)) to[row] = Number.NaN;
  }
}

export class TextReader implements ColumnReader, TextColumn {
  readonly #cache = new TextCache();
  #validity: Buffer | null = null;
  #offsets: Int32Array = new Int32Array(0);
  #bytes: Buffer = Buffer.alloc(0);
  /** What every row of this batch says, as those of most columns do; undefined where they differ. */
  #common: string | null | undefined = null;
  /** Of this batch, as far as they were asked for: most folds ask for the same few columns. */
  readonly #texts: (string | undefined)[] = [];
  #kept = false;

  load({ rows, nulls, validity, parts: [offsets, bytes] }: ColumnBuffers): boolean {
    if (offsets === undefined || bytes === undefined || offsets.length < (rows + 1) * 4) return false;
    this.#validity = validity;
    this.#offsets = asInt32(offsets, rows + 1);
    this.#bytes = bytes;
    if (this.#kept) this.#texts.fill(undefined);
    this.#kept = false;
    if (!ascends(this.#offsets, bytes.length)) return false;
    this.#common = nulls === rows ? null : nulls > 0 ? undefined : this.#commonText(rows);
    return true;
  }

  loadNulls(rows: number): void {
    this.#offsets = new Int32Array(rows + 1);
    this.#common = null;
  }

  at(row: number): string | null {
    if (this.#common !== undefined) return this.#common;
    if (this.#validity !== null && !isSet(this.#validity, row)) return null;
    if (!this.#kept) this.#keep();
    const known = this.#texts[row];
    if (known !== undefined) return known;
    const text = this.#cache.decode(this.#bytes, this.#offsets[row] as number, this.#offsets[row + 1] as number);
    this.#texts[row] = text;
    return text;
  }

  /** Texts are all the same where they are equally long and each is as the one before it. */
  #commonText(rows: number): string | undefined {
    const from = this.#offsets[0] as number;
    const to = this.#offsets[rows] as number;
    const length = (to - from) / rows;
    for (let row = 1; row < rows; row++) if (this.#offsets[row] !== from + row * length) return undefined;
    const isCommon = this.#bytes.compare(this.#bytes, from, to - length, from + length, to) === 0;
    return isCommon ? this.#cache.decode(this.#bytes, from, from + length) : undefined;
  }

  #keep(): void {
    this.#kept = true;
    while (this.#texts.length < this.#offsets.length) this.#texts.push(undefined);
  }
}

function ascends(offsets: Int32Array, limit: number): boolean {
  let last = 0;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i] as number;
    if (offset < last) return false;
    last = offset;
  }
  return last <= limit;
}
