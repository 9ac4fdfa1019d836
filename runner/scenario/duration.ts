const usOf = { ms: 1_000, s: 1_000_000, m: 60_000_000 } as const;

/** Microseconds, rounded to whole ones, of a duration as scenarios write it: `500ms`, `2s`, `1.5m`, `0`. */
export function durationUs(text: string): number {
  const unit = text.endsWith('ms') ? 'ms' : text.endsWith('m') ? 'm' : 's';
  return Math.round(Number.parseFloat(text) * usOf[unit]);
}
