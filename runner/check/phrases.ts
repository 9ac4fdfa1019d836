/** `1 request`, `4,000 requests`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** A duration in the unit that a person would use: `0.4 ms`, `120 ms`, `3.4 s`. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${round(ms / 1000, ms < 100_000 ? 2 : 0)} s`;
  return `${round(ms, ms < 10 ? 1 : 0)} ms`;
}

/** A moment, in seconds from the start of traffic: `3.412 s`. */
export function moment(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

/** `a`, `a and b`, `a, b and c`; past `most`, `a, b and 7 more`. */
export function list(words: readonly string[], most = 5): string {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : [...words];
  const last = shown.pop();
  if (last === undefined) return '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** ` on lane visitors`, or nothing where all lanes are meant. */
export function onLane(lane: string | null): string {
  return lane === null ? '' : ` on lane ${lane}`;
}

function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
