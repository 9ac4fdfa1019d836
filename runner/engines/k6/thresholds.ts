import type { EngineFinding } from '../../../record/facts.ts';
import { shortLine } from './ending.ts';
import type { Metric, Point } from './lines.ts';

/** More than any script has; the rest of a summary that is made to be long is left aside. */
const mostThresholds = 200;

/** The thresholds of a script, and whether there was anything that they could be held to. */
export class Thresholds {
  readonly #sources = new Map<string, string[]>();
  /** By metric: what a point of a submetric has to be tagged with. */
  readonly #parts = new Map<string, { name: string; tags: [string, string][] }[]>();
  readonly #seen = new Set<string>();

  introduce({ metric, thresholds, submetrics }: Metric): void {
    if (this.#sources.size + this.#parts.size > mostThresholds) return;
    if (thresholds.length > 0) this.#sources.set(metric, thresholds);
    const parts = submetrics.flatMap((name) => {
      const whole = partName(metric, name);
      return [{ name: whole, tags: tagsOf(whole) }];
    });
    if (parts.length > 0) this.#parts.set(metric, parts);
  }

  see({ metric, tags }: Point): void {
    this.#seen.add(metric);
    for (const part of this.#parts.get(metric) ?? [])
      if (!this.#seen.has(part.name) && part.tags.every(([name, value]) => tags[name] === value))
        this.#seen.add(part.name);
  }

  /**
   * A finding for each. `summary`: what `--summary-export` wrote, undefined where nothing did: there `true` says that
   * the threshold was crossed (in handleSummary's data `ok: true` says that it was not). `isSomeCrossed`: k6 said so by
   * its exit code, 99.
   */
  findings(summary: unknown, isSomeCrossed = false): EngineFinding[] {
    const crossed = crossedIn(summary);
    const told = [...crossed].flatMap(([metric, of]) =>
      [...of].map(([source, isCrossed]) => this.#finding(metric, source, isCrossed)),
    );
    const untold = [...this.#sources].flatMap(([metric, sources]) =>
      sources.flatMap((source) => (crossed.get(metric)?.has(source) ? [] : [this.#finding(metric, source, null)])),
    );
    const all = [...told, ...untold].slice(0, mostThresholds);
    return isSomeCrossed && all.every(({ verdict }) => verdict !== 'fail') ? [...all, crossedUnnamed] : all;
  }

  #finding(metric: string, source: string, isCrossed: boolean | null): EngineFinding {
    const name = `k6-threshold: ${shortLine(`${metric} ${source}`)}`;
    const shown = `${shortLine(metric)}: ${shortLine(source)}`;
    const finding = { name, expected: shortLine(source) };
    if (isCrossed === null)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `k6 left no summary, so whether its threshold ${shown} held is not known.`,
        hint: 'let k6 come to its end',
        actual: null,
      };
    if (isCrossed)
      return { ...finding, verdict: 'fail', message: `k6's threshold ${shown} was crossed.`, actual: 'crossed' };
    // k6 lets a rate without samples pass, and judges all else without samples as 0.
    if (!this.#seen.has(metric))
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `k6's threshold ${shown} had nothing to be held to: k6 measured no ${shortLine(metric)}.`,
        hint: 'see that the script measures what its thresholds are about',
        actual: 'no samples',
      };
    return { ...finding, verdict: 'pass', message: `k6's threshold ${shown} held.`, actual: 'held' };
  }
}

const crossedUnnamed: EngineFinding = {
  name: 'k6-threshold',
  verdict: 'fail',
  message: "A threshold of k6's script was crossed; its summary does not say which.",
  expected: null,
  actual: 'exit code 99',
};

/** Some versions give the whole name of a part, some what stands between the braces. */
function partName(metric: string, name: string): string {
  return name.startsWith(`${metric}{`) ? name : `${metric}{${name}}`;
}

/** Of `http_reqs{name:home,status:200}`: k6 cuts at commas and at the first colon. */
function tagsOf(part: string): [string, string][] {
  const inner = part.slice(part.indexOf('{') + 1, -1);
  return inner.split(',').flatMap((pair): [string, string][] => {
    const [name = '', value = ''] = pair.split(/:(.*)/s, 2).map(unquoted);
    return name === '' ? [] : [[name, value]];
  });
}

function unquoted(text: string): string {
  return text.trim().replace(/^["']|["']$/g, '');
}

function crossedIn(summary: unknown): Map<string, Map<string, boolean>> {
  const found = new Map<string, Map<string, boolean>>();
  const metrics = fieldOf(summary, 'metrics');
  for (const metric of keysOf(metrics)) {
    const thresholds = fieldOf(fieldOf(metrics, metric), 'thresholds');
    const of = new Map<string, boolean>();
    for (const source of keysOf(thresholds)) {
      const crossed = fieldOf(thresholds, source);
      if (typeof crossed === 'boolean') of.set(source, crossed);
    }
    if (of.size > 0 && found.size < mostThresholds) found.set(metric, of);
  }
  return found;
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return keysOf(value).includes(name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** How many requests the summary counts; null where it does not say. */
export function requestsIn(summary: unknown): number | null {
  const count = fieldOf(fieldOf(fieldOf(summary, 'metrics'), 'http_reqs'), 'count');
  return typeof count === 'number' ? count : null;
}
