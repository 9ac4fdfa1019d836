import { median, medianInterval } from './spread.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** The median, and what holds it in brackets where there is more than one. */
export function middle(numbers: readonly number[], digits: number): string {
  const told = figure(median(numbers), digits);
  if (numbers.length < 2) return told;
  const { low, high } = medianInterval(numbers);
  return `${told} (${figure(low, digits)} to ${figure(high, digits)})`;
}

/** Of two measured side by side, the ratio in each round. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, round) => value / (to[round] as number));
}

export function figure(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'not seen';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `seen` is a ratio or a figure a round; whether its median is what is wanted, and whether all of its interval is. */
export function claim(what: string, seen: readonly number[], wanted: { least: number } | { most: number }, unit = '') {
  const bound = 'least' in wanted ? wanted.least : wanted.most;
  const holds = (value: number) => ('least' in wanted ? value >= bound : value <= bound);
  const { low, high } = medianInterval(seen);
  const isHeld = holds(median(seen));
  const how = isHeld ? (holds(low) && holds(high) ? 'held' : 'held by the median alone') : 'not held';
  return `- ${what}: ${middle(seen, 2)}${unit}; at ${'least' in wanted ? 'least' : 'most'} ${bound}${unit} is wanted: ${how}`;
}
