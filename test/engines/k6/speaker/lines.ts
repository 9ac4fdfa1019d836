import { closeSync, openSync, writeSync } from 'node:fs';
import { fail } from './log.ts';
import type { MetricPoint, Texts } from './messages.ts';
import { goTime } from './wall.ts';

const writeEveryMs = 200;

/** What --out json=FILE writes. */
export class Lines {
  readonly #fd: number | null = null;
  readonly #isSorted: boolean;
  readonly #thresholds: ReadonlyMap<string, string[]>;
  readonly #known = new Set<string>();
  readonly #systemTags: ReadonlySet<string>;
  readonly #timer: NodeJS.Timeout;
  #held: string[] = [];

  constructor(path: string | null, version: string, systemTags: string[], thresholds: ReadonlyMap<string, string[]>) {
    try {
      if (path !== null) this.#fd = openSync(path, 'w');
    } catch (error) {
      fail(255, (error as Error).message);
    }
    this.#isSorted = !version.startsWith('v1');
    this.#systemTags = new Set(systemTags);
    this.#thresholds = thresholds;
    this.#timer = setInterval(() => this.flush(), writeEveryMs);
  }

  add({ metric, kind, isTime, value, wallNs, tags, metadata }: MetricPoint): void {
    if (!this.#known.has(metric)) {
      this.#known.add(metric);
      const parts = [...this.#thresholds.keys()].filter((name) => name.startsWith(`${metric}{`));
      const data = {
        name: metric,
        type: kind,
        contains: isTime ? 'time' : 'default',
        thresholds: this.#thresholds.get(metric) ?? [],
        submetrics:
          parts.length === 0
            ? null
            : parts.map((name) => ({ name, suffix: name.slice(metric.length + 1, -1), tags: {} })),
      };
      this.#held.push(`${JSON.stringify({ type: 'Metric', data, metric })}\n`);
    }
    const known = (name: string) => !optional.has(name) || this.#systemTags.has(name);
    const shown = Object.entries(metadata).filter(([name]) => known(name));
    const data = {
      time: goTime(wallNs),
      value,
      tags: this.#ordered(Object.entries(tags).filter(([name]) => known(name))),
      ...(shown.length > 0 && { metadata: this.#ordered(shown) }),
    };
    this.#held.push(`${JSON.stringify({ metric, type: 'Point', data })}\n`);
  }

  /** v2 writes line by line, v1 in one go, which a kill can cut within a line. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    if (this.#fd === null) return;
    if (this.#isSorted) for (const line of held) writeSync(this.#fd, line);
    else writeSync(this.#fd, held.join(''));
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
    if (this.#fd !== null) closeSync(this.#fd);
  }

  #ordered(entries: [string, string][]): Texts {
    const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(this.#isSorted ? sorted : sorted.toReversed());
  }
}

/** System tags that are off unless they are asked for. */
const optional = new Set(['ip', 'vu', 'iter']);
