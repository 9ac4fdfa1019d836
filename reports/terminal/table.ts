import { cut, pad, widthOf } from './width.ts';

export interface Column {
  title: string;
  /** Numbers stand at the right. */
  side?: 'left' | 'right';
  /** The narrower the screen, the more is left out: the highest goes first; 0, the default, never. */
  optional?: number;
}

/**
 * A table that fits into so many columns: optional columns go first, then the first column is cut. Cells have no
 * colours; `paint` gives a row its own.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number,
  paint: { title(line: string): string; row(line: string, index: number): string },
): string[] {
  const shown = columns.map((column, index) => ({
    ...column,
    index,
    width: Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))),
  }));
  const total = () => shown.reduce((sum, { width }) => sum + width + 2, -2);
  while (total() > room) {
    const least = shown.reduce((a, b) => ((b.optional ?? 0) > (a.optional ?? 0) ? b : a));
    if ((least.optional ?? 0) === 0) break;
    shown.splice(shown.indexOf(least), 1);
  }
  const first = shown[0];
  if (first) first.width = Math.max(6, first.width - Math.max(0, total() - room));
  const line = (cells: readonly string[]) =>
    shown
      .map(({ index, width, side }) => pad(cut(cells[index] ?? '', width), width, side === 'right' ? 'right' : 'left'))
      .join('  ')
      .trimEnd();
  return [
    paint.title(line(columns.map(({ title }) => title))),
    ...rows.map((row, index) => paint.row(line(row), index)),
  ];
}
