import type { Attempt } from '../../record/attempt.ts';
import type { AttemptBatch, Fold, TextColumn } from '../../record/fold.ts';

/** The same fold, shown the attempts of the app's lanes alone. Without control lanes it is the fold itself. */
export function ofApp<Result>(fold: Fold<Result>, control: ReadonlySet<string>): Fold<Result> {
  return control.size === 0 ? fold : new AppFold(fold, control);
}

class AppFold<Result> implements Fold<Result> {
  readonly #fold: Fold<Result>;
  readonly #control: ReadonlySet<string>;

  constructor(fold: Fold<Result>, control: ReadonlySet<string>) {
    this.#fold = fold;
    this.#control = control;
  }

  batch(batch: AttemptBatch): void {
    const rows: number[] = [];
    for (let row = 0; row < batch.length; row++) if (!this.#control.has(batch.lane.at(row) as string)) rows.push(row);
    if (rows.length > 0) this.#fold.batch(rows.length === batch.length ? batch : chosen(batch, rows));
  }

  done(): { result: Result } | { again: Fold<Result> } {
    const done = this.#fold.done();
    return 'again' in done ? { again: ofApp(done.again, this.#control) } : done;
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
