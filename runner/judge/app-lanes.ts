import type { Fold } from '../../record/fold.ts';
import { shownRows } from './shown-rows.ts';

/** The same fold, shown the attempts of the app's lanes alone. Without control lanes it is the fold itself. */
export function ofApp<Result>(fold: Fold<Result>, control: ReadonlySet<string>): Fold<Result> {
  return control.size === 0 ? fold : shownRows(fold, (batch, row) => !control.has(batch.lane.at(row) as string));
}
