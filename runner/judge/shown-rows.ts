import type { Attempt } from '../../record/attempt.ts';
import type { AttemptBatch, Fold, TextColumn } from '../../record/fold.ts';

/** The same fold, shown those attempts alone of which `isShown` is true; it is asked of each once in each pass. */
export function shownRows<Result>(
  fold: Fold<Result>,
  isShown: (batch: AttemptBatch, row: number) => boolean,
): Fold<Result> {
  return new ShownRows(fold, isShown);
}

class ShownRows<Result> implements Fold<Result> {
  readonly #fold: Fold<Result>;
  readonly #isShown: (batch: AttemptBatch, row: number) => boolean;

  constructor(fold: Fold<Result>, isShown: (batch: AttemptBatch, row: number) => boolean) {
    this.#fold = fold;
    this.#isShown = isShown;
  }

  batch(batch: AttemptBatch): void {
    const rows: number[] = [];
    for (let row = 0; row < batch.length; row++) if (this.#isShown(batch, row)) rows.push(row);
    if (rows.length > 0) this.#fold.batch(rows.length === batch.length ? batch : chosen(batch, rows));
  }

  done(): { result: Result } | { again: Fold<Result> } {
    const done = this.#fold.done();
    return 'again' in done ? { again: shownRows(done.again, this.#isShown) } : done;
  }
}

/** Some rows of a batch; each column is put together when it is asked for, once. */
function chosen(batch: AttemptBatch, rows: readonly number[]): AttemptBatch {
  const columns = new Map<PropertyKey, unknown>();
  return new Proxy(batch, {
    get(whole, name: keyof AttemptBatch) {
      if (!columns.has(name)) columns.set(name, chosenOf(whole, name, rows));
      return columns.get(name);
    },
  });
}

function chosenOf(batch: AttemptBatch, name: keyof AttemptBatch, rows: readonly number[]): unknown {
  if (name === 'length') return rows.length;
  if (name === 'attempt') return (row: number): Attempt => batch.attempt(rows[row] as number);
  const column = batch[name];
  if (column instanceof Float64Array) return Float64Array.from(rows, (row) => column[row] as number);
  return { at: (row: number) => (column as TextColumn).at(rows[row] as number) } satisfies TextColumn;
}
