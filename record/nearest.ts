/**
 * The word that was probably meant: the candidate with the smallest Damerau-Levenshtein distance (a swap of neighbours
 * is one slip; F. J. Damerau, CACM 7(3), 1964) to `word`, ignoring case; undefined where none is near, that is within
 * one slip for each three letters of the word, and one at least. A word of three letters or more is also near to what
 * starts with it.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  // Nobody mistypes a word of a thousand letters: the table below grows with the square of the length.
  if (typed.length > 100) return undefined;
  const words = [...candidates];
  let best: { word: string; slips: number } | undefined;
  for (const candidate of words) {
    const slips = distance(typed, candidate.toLowerCase());
    if (best === undefined || slips < best.slips) best = { word: candidate, slips };
  }
  if (best && best.slips <= Math.max(1, Math.floor(typed.length / 3))) return best.word;
  return typed.length < 3 ? undefined : words.find((candidate) => candidate.toLowerCase().startsWith(typed));
}

/** `; did you mean "WORD"?`, or nothing where no candidate is near: to end a message with. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

/** The word that was probably meant, or a list of what there is where none is near: to stand behind a colon. */
export function meantOrKnown(word: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const meant = nearest(word, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length === 0 ? 'there are none' : `known: ${known.slice(0, 20).join(', ')}`;
}

/** Slips between two words: letters left out, added, replaced, or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let slips = Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) slips = Math.min(slips, at(beforeLast, column - 2) + 1);
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
