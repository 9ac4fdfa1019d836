import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { isCutShort, type UnknownChange } from './changes.ts';
import type { Finding } from './check.ts';
import { count, onLane } from './phrases.ts';
import { Silence } from './silence.ts';
import { cutShortDoubt, enoughAnswers, namelessDoubt, Phase, Spans } from './version-answers.ts';
import type { VersionMixingOptions } from './version-mixing.ts';

/**
 * Around a command, or a rollout of others. What it is to change nobody knows, and often not when that is done: a canary
 * stays beside the old version, a rollout goes on when its command has returned. So only what the scenario itself expects,
 * by `from` and `to`, can fail; that the old version is gone is known by its silence.
 */
export class AroundCommand implements Fold<Finding> {
  readonly #options: VersionMixingOptions;
  readonly #facts: RunFacts;
  readonly #change: UnknownChange;
  readonly #lane: string | null;
  readonly #before = new Phase();
  readonly #since = new Phase();
  readonly #over = new Phase();
  readonly #spans = new Spans();
  readonly #silence: Silence;
  #ok = 0;
  #nameless = 0;

  constructor(options: VersionMixingOptions, facts: RunFacts, change: UnknownChange, lane: string | null) {
    this.#options = options;
    this.#facts = facts;
    this.#change = change;
    this.#lane = lane;
    this.#silence = new Silence(change.step.fromUs, facts.trafficToUs);
  }

  batch(batch: AttemptBatch): void {
    const { step, untilUs } = this.#change;
    for (let row = 0; row < batch.length; row++) {
      if (this.#lane !== null && batch.lane.at(row) !== this.#lane) continue;
      const endUs = batch.endUs[row] as number;
      if (endUs >= untilUs) continue;
      const version = batch.version.at(row);
      if (batch.outcome.at(row) === 'ok') {
        this.#ok++;
        if (version === null) this.#nameless++;
      }
      if (version === null) continue;
      this.#spans.add(version, endUs);
      if (endUs < step.fromUs) {
        this.#before.add(version);
        continue;
      }
      const sentUs = batch.sentUs[row] as number;
      this.#since.add(version);
      this.#silence.add(version, sentUs);
      if (sentUs >= step.toUs) this.#over.add(version);
    }
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const { step, isSeen } = this.#change;
    const where = onLane(this.#lane);
    const from = this.#options.from ?? this.#before.most();
    const to = this.#options.to ?? this.#since.most(from);
    const finding = {
      expected: { before: [from], during: [from, to], after: [to] },
      actual: {
        step: step.name,
        before: Object.fromEntries(this.#before.counts),
        since: Object.fromEntries(this.#since.counts),
        withoutVersion: this.#nameless,
      },
    };
    const say = (verdict: Finding['verdict'], message: string, hint: string): Finding => ({
      ...finding,
      verdict,
      message,
      ...(verdict !== 'fail' && { hint }),
    });
    const doubt = (words: { message: string; hint: string }): Finding => ({
      ...finding,
      verdict: 'inconclusive',
      ...words,
    });
    const against = (promised: string | undefined) => (promised === undefined ? 'inconclusive' : 'fail');

    const nameless = namelessDoubt(this.#nameless, this.#ok, where);
    if (nameless !== null) return doubt(nameless);
    if (from === null)
      return say(
        'inconclusive',
        `No answer${where} that says its version came before "${step.name}", so the old version was not seen.`,
        'give it more time before the command',
      );
    const early = this.#before.others(from);
    if (early > 0)
      return say(
        against(this.#options.from),
        `Before "${step.name}" ${count(early, 'answer')}${where} did not come from ${from}: ${this.#before.describe()}.`,
        'begin when one version answers alone',
      );
    const strange = this.#since.others(from, to ?? from);
    if (strange > 0)
      return say(
        against(this.#options.to),
        `Since "${step.name}" ${count(strange, 'answer')}${where} came from neither ${from} nor ${to}: ${this.#since.describe()}.`,
        'let the command lead from one version to one other',
      );
    if (isCutShort(this.#facts, step)) return doubt(cutShortDoubt(step.name));
    if (to === null)
      return say(
        'not-applicable',
        `Version ${from} answered${where} before "${step.name}", and no other since.`,
        'see that the command changes the version, or say which is expected: to',
      );
    const late = isSeen ? this.#over.others(to) : 0;
    if (late > 0)
      return say(
        against(this.#options.to),
        `After "${step.name}" was over ${count(late, 'answer')}${where} did not come from ${to}: ${this.#over.describe()}.`,
        'see that the command replaces each replica that the address leads to',
      );
    const silence = this.#silence.of(from, to);
    const enough = isSeen ? enoughAnswers : silence.enough;
    const answers = isSeen ? this.#over.total : silence.answers;
    if (answers < enough)
      return say(
        'inconclusive',
        `${count(answers, 'answer')}${where} came from ${to} after the last of ${from}; that none is left of ${from} takes ${enough.toLocaleString('en-US')} to tell.`,
        this.#facts.complete ? 'give it more time after the command' : 'let the run come to its end',
      );
    if (this.#before.total < enoughAnswers)
      return say(
        'inconclusive',
        `Only ${count(this.#before.total, 'answer')}${where} came before "${step.name}", too few to tell that no other version answered.`,
        'give it more time before the command',
      );
    return {
      ...finding,
      verdict: 'pass',
      message: `Before "${step.name}" only ${from} answered${where}, in the end only ${to}, ${count(answers, 'time')}: ${this.#spans.meeting(from, to, this.#facts.trafficFromUs)}.`,
    };
  }
}
