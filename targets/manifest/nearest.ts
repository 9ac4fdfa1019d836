/** Number of letters to insert, remove or replace to get from one word to the other (Levenshtein 1966). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The valid word that a wrong one was probably meant to be: at most a third of its letters differ. Capitals do not count. */
export function nearestWord(word: string, valid: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  let best: { word: string; distance: number } | undefined;
  for (const candidate of valid) {
    const found = distance(word.toLowerCase(), candidate.toLowerCase());
    if (found <= Math.max(1, Math.ceil(candidate.length / 3)) && (best === undefined || found < best.distance))
      best = { word: candidate, distance: found };
  }
  return best?.word;
}

/** ` (did you mean X?)`, or a list of what there is where nothing is near. */
export function didYouMean(word: string, valid: Iterable<string>): string {
  const known = [...valid];
  const nearest = nearestWord(word, known);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return known.length === 0 ? 'there are none' : `known: ${known.slice(0, 20).join(', ')}`;
}
