import { Type } from 'typebox';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { isCutShort, versionChanges } from './changes.ts';
import type { Check, Finding } from './check.ts';
import { count, onLane } from './phrases.ts';

/** More than can be open at once: no lane has more than 10,000 connections. The one that was silent for longest is forgotten. */
const mostVisitors = 65_536;
/** An app that says something else in each answer must not fill our memory. */
const mostVersions = 1000;
const mostExamples = 5;

export const versionMonotone: Check<Record<string, never>> = {
  name: 'version-monotone',
  summary: 'A visitor, or a kept connection, that has seen the new version never sees the old one again.',
  options: Type.Object({}, { additionalProperties: false }),
  falseAlarm: 0,
  fold: (_options, facts, lane) => new VersionMonotone(facts, lane),
};

/** What one visitor has seen since the last change of version began. */
interface Visitor {
  epoch: number;
  version: string;
  endUs: number;
  left: string[];
}

interface Step {
  epoch: number;
  from: string;
  to: string;
  /** It had been at `to` before. */
  returned: number;
  times: number;
  examples: string[];
}

/**
 * An epoch begins with each rollout, undo or switch. Within one, a visitor goes back when it leaves the version that
 * alone answers once the change is over, or when it returns to a version that it had left.
 */
class VersionMonotone implements Fold<Finding> {
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #changes: readonly StepFacts[];
  readonly #reusing: ReadonlySet<string>;
  readonly #visitors = new Map<string | number, Visitor>();
  readonly #steps = new Map<string, Step>();
  readonly #lastVersions: Set<string>[] = [];
  #followed = 0;

  constructor(facts: RunFacts, lane: string | null) {
    this.#facts = facts;
    this.#lane = lane;
    this.#changes = versionChanges(facts);
    this.#reusing = new Set(
      facts.lanes
        .filter(({ name, connection }) => connection !== 'fresh' && (lane === null || lane === name))
        .map(({ name }) => name),
    );
  }

  batch(batch: AttemptBatch): void {
    if (this.#facts.identity.version === undefined || this.#reusing.size === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const version = batch.version.at(row);
      if (version === null) continue;
      const lane = batch.lane.at(row) as string;
      const sentUs = batch.sentUs[row] as number;
      const epoch = this.#epochAt(sentUs);
      if (this.#lane === null || lane === this.#lane)
        this.#noteLast(epoch, sentUs, batch.endUs[row] as number, version);
      if (!this.#reusing.has(lane)) continue;
      const visitor = batch.session.at(row) ?? (batch.connection[row] as number);
      this.#follow(visitor, epoch, version, batch, row);
    }
  }

  #epochAt(us: number): number {
    return this.#changes.findLastIndex(({ fromUs }) => fromUs <= us) + 1;
  }

  /** Which versions answer when a change is over, before the next one begins. */
  #noteLast(epoch: number, sentUs: number, endUs: number, version: string): void {
    const change = this.#changes[epoch - 1];
    if (change === undefined || sentUs < change.toUs || isCutShort(this.#facts, change)) return;
    if (endUs >= (this.#changes[epoch]?.fromUs ?? Number.POSITIVE_INFINITY)) return;
    const last = this.#lastVersions[epoch] ?? new Set();
    this.#lastVersions[epoch] = last;
    if (last.size < mostVersions) last.add(version);
  }

  #follow(name: string | number, epoch: number, version: string, batch: AttemptBatch, row: number): void {
    const endUs = batch.endUs[row] as number;
    const before = this.#visitors.get(name);
    if (before === undefined) {
      if (this.#visitors.size >= mostVisitors) this.#visitors.delete(this.#visitors.keys().next().value as string);
      this.#visitors.set(name, { epoch, version, endUs, left: [] });
      return;
    }
    // Two answers that were under way together have no order.
    if ((batch.sentUs[row] as number) < before.endUs) return;
    this.#followed++;
    if (epoch !== before.epoch) before.left = [];
    if (version !== before.version) {
      this.#note(epoch, before, version, batch.id.at(row) ?? '');
      if (before.left.length < mostVersions) before.left.push(before.version);
    }
    before.epoch = epoch;
    before.version = version;
    before.endUs = endUs;
    // Who was silent for longest matters only where somebody may have to be forgotten.
    if (this.#visitors.size < mostVisitors / 2) return;
    this.#visitors.delete(name);
    this.#visitors.set(name, before);
  }

  #note(epoch: number, before: Visitor, to: string, id: string): void {
    const key = JSON.stringify([epoch, before.version, to]);
    const step = this.#steps.get(key) ?? { epoch, from: before.version, to, returned: 0, times: 0, examples: [] };
    if (!this.#steps.has(key) && this.#steps.size >= mostVersions) return;
    this.#steps.set(key, step);
    step.times++;
    if (before.left.includes(to)) step.returned++;
    if (step.examples.length < mostExamples) step.examples.push(id);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const back = [...this.#steps.values()]
      .map((step) => ({ ...step, back: this.#isLast(step.epoch, step.from) ? step.times : step.returned }))
      .filter((step) => step.back > 0)
      .sort((a, b) => b.back - a.back);
    const times = back.reduce((sum, step) => sum + step.back, 0);
    const finding = {
      expected: { back: 0 },
      actual: {
        answers: this.#followed,
        back: times,
        changes: back.map(({ from, to, back: number, examples }) => ({ from, to, times: number, examples })),
      },
    };
    const where = onLane(this.#lane);
    if (this.#facts.identity.version === undefined)
      return {
        ...finding,
        verdict: 'not-applicable',
        message: 'The scenario does not say where an answer holds its version.',
        hint: 'set identity.version',
      };
    if (this.#reusing.size === 0)
      return {
        ...finding,
        verdict: 'not-applicable',
        message: `No session or kept lane was there to follow${where}: on a fresh lane each request is a visitor of its own.`,
        hint: 'add a session or a kept lane',
      };
    const first = back[0];
    if (first !== undefined)
      return {
        ...finding,
        verdict: 'fail',
        message: `${count(times, 'time')} a visitor${where} went back to another version, such as from ${first.from} to ${first.to} (request ${first.examples[0]}).`,
      };
    if (this.#followed === 0)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: `No visitor${where} got two answers that say their version, so none could have gone back.`,
        hint: 'give session or kept lanes more time or a higher rate',
      };
    return {
      ...finding,
      verdict: 'pass',
      message: `No visitor${where} went back to an older version in ${count(this.#followed, 'answer that followed another', 'answers that followed another')}.`,
    };
  }

  #isLast(epoch: number, version: string): boolean {
    const last = this.#lastVersions[epoch];
    return last !== undefined && last.size === 1 && last.has(version);
  }
}
