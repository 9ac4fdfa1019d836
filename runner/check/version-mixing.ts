import { Type } from 'typebox';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { isCutShort, unknownChange, versionChanges } from './changes.ts';
import type { Check, Finding } from './check.ts';
import { count, list, onLane } from './phrases.ts';
import { cutShortDoubt, enoughAnswers, namelessDoubt, Phase, Spans } from './version-answers.ts';
import { AroundCommand } from './version-mixing-command.ts';

export interface VersionMixingOptions {
  from?: string;
  to?: string;
}

export const versionMixing: Check<VersionMixingOptions> = {
  name: 'version-mixing',
  summary: 'Before a rollout only the old version answers, during it both, after it only the new one.',
  options: Type.Object(
    {
      from: Type.Optional(Type.String({ description: 'the version before the first rollout, undo or switch' })),
      to: Type.Optional(Type.String({ description: 'the version after it' })),
    },
    { additionalProperties: false },
  ),
  falseAlarm: 1e-6,
  fold(options, facts, lane) {
    const change = versionChanges(facts).length > 0 ? null : unknownChange(facts);
    if (change === null || facts.identity.version === undefined) return new VersionMixing(options, facts, lane);
    return new AroundCommand(options, facts, change, lane);
  },
};

class VersionMixing implements Fold<Finding> {
  readonly #options: VersionMixingOptions;
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #step: StepFacts | undefined;
  readonly #isCutShort: boolean;
  /** The next change ends what this one is judged by. */
  readonly #untilUs: number;
  readonly #before = new Phase();
  readonly #during = new Phase();
  readonly #after = new Phase();
  readonly #spans = new Spans();
  #ok = 0;
  #nameless = 0;

  constructor(options: VersionMixingOptions, facts: RunFacts, lane: string | null) {
    this.#options = options;
    this.#facts = facts;
    this.#lane = lane;
    const [step, next] = versionChanges(facts);
    this.#step = step;
    this.#isCutShort = step !== undefined && isCutShort(facts, step);
    this.#untilUs = next?.fromUs ?? Number.POSITIVE_INFINITY;
  }

  batch(batch: AttemptBatch): void {
    const step = this.#step;
    if (step === undefined || this.#facts.identity.version === undefined) return;
    for (let row = 0; row < batch.length; row++) {
      if (this.#lane !== null && batch.lane.at(row) !== this.#lane) continue;
      const endUs = batch.endUs[row] as number;
      if (endUs >= this.#untilUs) continue;
      const good = batch.outcome.at(row) === 'ok';
      const version = batch.version.at(row);
      if (good) this.#ok++;
      if (version === null) {
        if (good) this.#nameless++;
        continue;
      }
      if (endUs < step.fromUs) this.#before.add(version);
      else if ((batch.sentUs[row] as number) >= step.toUs && !this.#isCutShort) this.#after.add(version);
      else this.#during.add(version);
      this.#spans.add(version, endUs);
    }
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const from = this.#options.from ?? this.#before.most();
    const to = this.#options.to ?? this.#after.most();
    const finding = {
      expected: { before: [from], during: [from, to], after: [to] },
      actual: {
        step: this.#step?.name ?? null,
        before: Object.fromEntries(this.#before.counts),
        during: Object.fromEntries(this.#during.counts),
        after: Object.fromEntries(this.#after.counts),
        withoutVersion: this.#nameless,
      },
    };
    const say = (verdict: Finding['verdict'], message: string, hint?: string): Finding =>
      hint === undefined ? { ...finding, verdict, message } : { ...finding, verdict, message, hint };
    const doubt = (words: { message: string; hint: string }): Finding => ({
      ...finding,
      verdict: 'inconclusive',
      ...words,
    });
    const step = this.#step;
    const where = onLane(this.#lane);
    if (this.#facts.identity.version === undefined)
      return say(
        'not-applicable',
        'The scenario does not say where an answer holds its version.',
        'set identity.version, as in header:x-version',
      );
    if (step === undefined)
      return say(
        'not-applicable',
        'No step is one that changes the version, and no command was run.',
        'add a rollout, undo or switch step',
      );
    if (from === null)
      return say(
        'inconclusive',
        `No answer${where} that says its version came before "${step.name}", so the old version was not seen.`,
        'hold for a second or two before the rollout',
      );
    const early = this.#before.others(from);
    if (early > 0)
      return say(
        'fail',
        `Before "${step.name}" ${count(early, 'answer')}${where} did not come from ${from}: ${this.#before.describe()}.`,
      );
    const strange = to === null ? 0 : this.#during.others(from, to);
    if (this.#isCutShort && strange === 0) return doubt(cutShortDoubt(step.name));
    if (to === null)
      return say(
        'inconclusive',
        `No answer${where} that says its version came after "${step.name}", so it is not known whether only the new version is left.`,
        'hold for a second or two after the rollout',
      );
    const late = this.#after.others(to);
    if (late > 0)
      return say(
        'fail',
        `After "${step.name}" was over ${count(late, 'answer')}${where} did not come from ${to}: ${this.#after.describe()}.`,
      );
    if (from === to && this.#options.to === undefined)
      return say(
        'not-applicable',
        `Version ${from} answered before and after "${step.name}".`,
        'say which versions are expected: from and to',
      );
    if (strange > 0)
      return say(
        'fail',
        `During "${step.name}" ${count(strange, 'answer')}${where} came from neither ${from} nor ${to}: ${this.#during.describe()}.`,
      );
    const nameless = namelessDoubt(this.#nameless, this.#ok, where);
    if (nameless !== null) return doubt(nameless);
    // A switch moves all traffic at once: there may be no time in which both answer.
    const missing = [from, to].filter((version) => !this.#during.counts.has(version));
    if (missing.length > 0 && step.verb !== 'switch') {
      if (this.#during.total < enoughAnswers)
        return say(
          'inconclusive',
          `Only ${count(this.#during.total, 'answer')}${where} came during "${step.name}", too few to see both versions.`,
          'give the lane a higher rate',
        );
      return say(
        'fail',
        `During "${step.name}" no answer${where} came from ${list(missing)}: ${this.#during.describe()}.`,
      );
    }
    for (const [when, { total }] of [
      ['before', this.#before],
      ['after', this.#after],
    ] as const)
      if (total < enoughAnswers)
        return say(
          'inconclusive',
          `Only ${count(total, 'answer')}${where} came ${when} "${step.name}" that ${total === 1 ? 'says its' : 'say their'} version, too few to tell that no other version answered.`,
          `hold for a second or two ${when} the rollout`,
        );
    return say(
      'pass',
      `Before "${step.name}" only ${from} answered${where}, after it only ${to}: ${this.#spans.meeting(from, to, this.#facts.trafficFromUs)}.`,
    );
  }
}
