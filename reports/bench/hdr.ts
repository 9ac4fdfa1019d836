import { HistogramLogWriter } from 'hdr-histogram-js';
import type { BenchResult } from '../../record/bench-result.ts';
import { LatencyHistogram } from '../../record/histogram.ts';

/** The log gives the longest latency in ms, as its readers expect where values are microseconds. */
const usInMs = 1_000;

/**
 * A log in HdrHistogram's format 1.3, as its log analyzer and plotters read it: an interval for each round, tagged with the
 * stage. Values are microseconds.
 */
export function benchHdr({ stages, startedAt, target }: BenchResult): string {
  const lines: string[] = [];
  const writer = new HistogramLogWriter((line: string) => lines.push(line));
  writer.outputLogFormatVersion();
  writer.outputComment(`[hitless bench ${oneLine(target.url ?? target.scenario ?? '')}]`);
  writer.outputComment(`[StartTime: ${(Date.parse(startedAt) / 1000).toFixed(3)} (seconds since epoch), ${startedAt}]`);
  writer.outputLegend();
  for (const { name, subject, rounds } of stages)
    for (const { histogram, fromMs, toMs, warmUpMs, measured } of rounds) {
      const { raw } = measured === 0 ? new LatencyHistogram() : LatencyHistogram.decode(histogram);
      raw.tag = tagOf(subject === undefined ? name : `${name}.${subject}`);
      writer.outputIntervalHistogram(raw, (fromMs + warmUpMs) / 1000, toMs / 1000, usInMs);
    }
  return lines.join('');
}

/** A tag ends at a comma or a space. */
function tagOf(text: string): string {
  return text.replaceAll(/[\s,]+/g, '_');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\]]+/gu, ' ');
}
