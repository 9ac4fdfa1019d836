import { LatencyHistogram } from '../../../record/histogram.ts';
import { pad } from '../../terminal/width.ts';
import { count, duration, percent } from '../../words.ts';

const rows = 11;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** So many answers took up to so long. */
export interface Bar {
  upToMs: number;
  count: number;
}

/**
 * A histogram's answers in rows of which each ends later than the one before it by the same factor: latencies span orders of
 * magnitude, and rows of equal width would put nearly all into the first.
 */
export function barsOf(histogram: LatencyHistogram): Bar[] {
  const { min, max } = histogram.latency();
  if (min === null || max === null) return [];
  const from = Math.max(0.001, min);
  const factor = (Math.max(max, from * 1.1) / from) ** (1 / rows);
  const bars = Array.from({ length: rows }, (_, row) => ({ upToMs: from * factor ** (row + 1), count: 0 }));
  for (const { us, count } of histogram.values()) {
    const bar = bars.find(({ upToMs }) => us / 1000 <= upToMs) ?? bars.at(-1);
    if (bar) bar.count += count;
  }
  return bars;
}

/** A line for each row, in so many columns: `up to 1.2 ms  ██████  4,321  43.2 %`. */
export function barLines(encoded: string, columns: number): string[] {
  const histogram = LatencyHistogram.decode(encoded);
  const bars = barsOf(histogram);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const labels = bars.map(({ upToMs }) => `up to ${duration(upToMs)}`);
  const numbers = bars.map((bar) => count(bar.count));
  const shares = bars.map((bar) => percent(bar.count / Math.max(1, histogram.count)));
  const widths = [labels, numbers, shares].map((texts) => Math.max(0, ...texts.map(({ length }) => length)));
  const room = Math.max(8, columns - widths.reduce((sum, width) => sum + width + 2, 0));
  return bars.map((bar, index) => {
    const drawn = barText(bar.count / most, room);
    const cells = [
      pad(labels[index] ?? '', widths[0] ?? 0, 'right'),
      pad(drawn, room),
      pad(numbers[index] ?? '', widths[1] ?? 0, 'right'),
      pad(shares[index] ?? '', widths[2] ?? 0, 'right'),
    ];
    return cells.join('  ').trimEnd();
  });
}

/** As wide as its share of the room, to an eighth of a character; something is never nothing. */
function barText(share: number, room: number): string {
  const all = Math.round(share * room * 8);
  if (share > 0 && all === 0) return '▏';
  return '█'.repeat(Math.floor(all / 8)) + (eighths[all % 8] ?? '');
}
