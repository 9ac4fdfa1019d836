import { count, list, moment } from './phrases.ts';

/** Of three replicas with one changed, (2/3)^35 answers in a row come from the old ones less than once in a million times. */
export const enoughAnswers = 35;
/** Good answers that do not say their version may be of any. */
const namelessBound = 0.01;
/** An app that says something else in each answer must not fill our memory. */
const mostVersions = 1000;

/** Answers of one phase by version. */
export class Phase {
  readonly counts = new Map<string, number>();
  total = 0;

  add(version: string): void {
    this.total++;
    if (this.counts.has(version) || this.counts.size < mostVersions)
      this.counts.set(version, (this.counts.get(version) ?? 0) + 1);
  }

  /** The version that answered most, but for this one; null where none did. */
  most(but: string | null = null): string | null {
    return (
      [...this.counts].reduce<[string, number] | null>(
        (a, b) => (b[0] !== but && (a === null || b[1] > a[1]) ? b : a),
        null,
      )?.[0] ?? null
    );
  }

  others(...versions: string[]): number {
    return [...new Set(versions)].reduce((left, version) => left - (this.counts.get(version) ?? 0), this.total);
  }

  describe(): string {
    return list([...this.counts].map(([version, number]) => `${number} from ${version}`)) || 'none';
  }
}

/** When each version answered first and last, by when its answers came. */
export class Spans {
  readonly #spans = new Map<string, { firstUs: number; lastUs: number }>();

  add(version: string, endUs: number): void {
    const seen = this.#spans.get(version);
    if (seen !== undefined) {
      if (endUs < seen.firstUs) seen.firstUs = endUs;
      if (endUs > seen.lastUs) seen.lastUs = endUs;
    } else if (this.#spans.size < mostVersions) this.#spans.set(version, { firstUs: endUs, lastUs: endUs });
  }

  /** From when on the new version answered, and until when the old one did. */
  meeting(from: string, to: string, zeroUs: number): string {
    const firstUs = this.#spans.get(to)?.firstUs ?? zeroUs;
    const lastUs = this.#spans.get(from)?.lastUs ?? zeroUs;
    const [first, last] = [moment((firstUs - zeroUs) / 1000), moment((lastUs - zeroUs) / 1000)];
    if (firstUs > lastUs) return `${from} answered until ${last}, ${to} from ${first} on, at no time both`;
    return `${to} answered from ${first} on, ${from} until ${last}`;
  }
}

interface Doubt {
  message: string;
  hint: string;
}

/** Of `ok` good answers; null where too few are nameless to matter. */
export function namelessDoubt(nameless: number, ok: number, where: string): Doubt | null {
  if (nameless <= ok * namelessBound) return null;
  return {
    message: `${nameless} of ${count(ok, 'good answer')}${where} did not say their version.`,
    hint: 'let every answer say its version, or judge a lane whose answers do',
  };
}

export function cutShortDoubt(step: string): Doubt {
  return {
    message: `"${step}" was interrupted before it was over, so what it would have shown is not known.`,
    hint: 'let the run come to its end',
  };
}
