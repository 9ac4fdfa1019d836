import { Type } from 'typebox';
import { isFailed, type Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import { failureWords } from '../../record/failure-words.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { controlLanes, factsOfApp } from '../../record/lane-roles.ts';
import type { Check, Finding } from './check.ts';
import { doubtOfPass } from './doubt-of-pass.ts';
import { GeneratorLimit, givenUpIn, ownLimitDoubt } from './generator-limit.ts';
import { isUnresolved } from './kinds.ts';
import { LossTally } from './loss-tally.ts';
import { NoFreeConnection } from './no-free-connection.ts';
import { PathFailures } from './path-failures.ts';
import { count, list, onLane } from './phrases.ts';
import { StaleRaces } from './stale-races.ts';
import { Starvation, starvedHint } from './starved.ts';

export interface ZeroFailedOptions {
  stale?: 'fail' | 'warn';
}

export const zeroFailed: Check<ZeroFailedOptions> = {
  name: 'zero-failed',
  summary: 'Every request got a good answer.',
  options: Type.Object(
    {
      stale: Type.Optional(
        Type.Union([Type.Literal('fail'), Type.Literal('warn')], {
          description: 'what a request means that met a server closing its idle connection',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  restsOn: 'losses',
  falseAlarm: 0,
  seesControlLanes: true,
  fold: (options, facts, lane) => new ZeroFailed(options, facts, lane),
};

/** How many requests failed, and whether that is more than `allowed` of those that were sent. */
export class ZeroFailed implements Fold<Finding> {
  readonly #options: ZeroFailedOptions;
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  readonly #allowed: (sent: number) => number;
  readonly #staleRaces: StaleRaces;
  readonly #path: PathFailures;
  readonly #starvation: Starvation;
  readonly #noFreeConnection = new NoFreeConnection();
  readonly #generator = new GeneratorLimit();
  readonly #control: ReadonlySet<string>;
  readonly #byOutcome = new Map<Outcome, number>();
  /** Of them: those that this machine's resolver kept from being sent. */
  readonly #unresolved = new Map<Outcome, number>();
  readonly #lanes = new Map<string, LossTally>();

  constructor(
    options: ZeroFailedOptions,
    facts: RunFacts,
    lane: string | null,
    allowed: (sent: number) => number = () => 0,
  ) {
    this.#options = options;
    this.#facts = factsOfApp(facts);
    this.#lane = lane;
    this.#allowed = allowed;
    this.#staleRaces = new StaleRaces(facts);
    this.#path = new PathFailures(facts);
    this.#starvation = new Starvation(facts);
    this.#control = controlLanes(facts);
    for (const { name } of this.#facts.lanes)
      if (lane === null || name === lane) this.#lanes.set(name, new LossTally());
  }

  batch(batch: AttemptBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const lane = batch.lane.at(row) as string;
      const isStarved = this.#starvation.explains(batch, row);
      if (!isStarved) this.#path.see(batch, row);
      if (this.#control.has(lane) || (this.#lane !== null && lane !== this.#lane)) continue;
      const outcome = batch.outcome.at(row) as Outcome;
      this.#byOutcome.set(outcome, this.#count(outcome) + 1);
      const tally = this.#lanes.get(lane) ?? new LossTally();
      this.#lanes.set(lane, tally);
      tally.planned++;
      this.#noFreeConnection.see(batch, row);
      this.#generator.see(batch, row, isStarved);
      if (outcome === 'unsent') tally.unsent++;
      else if (isStarved) tally.starved++;
      else if (isUnresolved(batch.phase.at(row), batch.detail.at(row))) {
        tally.unresolved++;
        this.#unresolved.set(outcome, (this.#unresolved.get(outcome) ?? 0) + 1);
      } else if ((batch.connectionUse[row] as number) > 1) tally.reused++;
      if (outcome !== 'stale-race') continue;
      if (this.#staleRaces.isInTermination(batch, row)) tally.staleInTermination++;
      else {
        tally.staleElsewhere++;
        if (this.#staleRaces.isUnseen(batch, row)) tally.staleUnseen++;
      }
    }
  }

  #count(outcome: Outcome): number {
    return this.#byOutcome.get(outcome) ?? 0;
  }

  #sum(of: (tally: LossTally) => number): number {
    return [...this.#lanes.values()].reduce((sum, tally) => sum + of(tally), 0);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const unsent = this.#count('unsent');
    const unanswered = this.#count('unanswered');
    const stale = this.#count('stale-race');
    const staleInTermination = this.#sum((tally) => tally.staleInTermination);
    let planned = 0;
    let failed = 0;
    for (const [outcome, number] of this.#byOutcome) {
      planned += number;
      if (isFailed(outcome)) failed += number;
    }
    const sent = planned - unsent;
    const unresolved = this.#sum((tally) => tally.unresolved);
    const starved = this.#sum((tally) => tally.starved);
    const shared = [...this.#lanes.keys()].map((lane) => ({ lane, failures: this.#path.sharedOf(lane) }));
    // One request is set aside for one reason alone.
    const limits = this.#generator.of(shared.filter(({ failures }) => failures.length === 0).map(({ lane }) => lane));
    const limited = givenUpIn(limits);
    const path = byOutcome(shared.flatMap(({ failures }) => failures));
    const pathFailures = [...path.values()].reduce((sum, number) => sum + number, 0);
    const mode = this.#options.stale ?? 'default';
    const staleFails =
      mode === 'fail' ? stale : mode === 'warn' ? 0 : staleInTermination + this.#sum((tally) => tally.staleAboveBound);
    const allowed = this.#allowed(sent);
    const finding = {
      expected: { failed: allowed, unanswered: 0, stale: mode },
      actual: {
        planned,
        sent,
        ok: this.#count('ok'),
        failed,
        unanswered,
        unsent,
        staleRace: {
          inTermination: staleInTermination,
          elsewhere: stale - staleInTermination,
          reused: this.#sum((tally) => tally.reused),
        },
        byOutcome: Object.fromEntries(this.#byOutcome),
        ...(this.#control.size > 0 && { pathFailures, unfitControlLanes: this.#path.unfit }),
        ...(unresolved > 0 && { unresolved }),
        ...(starved > 0 && { starved }),
        ...(limited > 0 && { generatorLimited: limited }),
      },
    };
    const where = onLane(this.#lane);
    const lost = failed - stale + staleFails - pathFailures - unresolved - starved - limited;

    // An interrupted run leaves requests without an answer because we stopped waiting; that is not the server's loss.
    const number = lost + (this.#facts.complete ? unanswered : 0);
    if (number > allowed) {
      const parts = [
        this.#failures(staleFails, path, limited),
        unanswered > 0 ? `${unanswered} unanswered` : '',
      ].filter(Boolean);
      return say(
        finding,
        'fail',
        `${(lost + unanswered).toLocaleString('en-US')} of ${count(sent, 'request')}${where} did not get a good answer${allowed > 0 ? `, ${allowed.toLocaleString('en-US')} are allowed` : ''}: ${list(parts, 12)}.${this.#aside(pathFailures, unresolved, starved, limited)}`,
      );
    }
    const doubt =
      pathFailures > 0
        ? pathDoubt(pathFailures, sent)
        : starved > 0
          ? this.#starvedDoubt(starved, sent)
          : (ownLimitDoubt(limits) ??
            doubtOfPass({
              facts: this.#facts,
              lane: this.#lane,
              lanes: this.#lanes,
              sent,
              unsent,
              unanswered,
              warnsOfStale: this.#options.stale === 'warn',
            }));
    if (doubt !== null) return { ...say(finding, 'inconclusive', doubt.message), hint: doubt.hint };
    if (number > 0)
      return say(
        finding,
        'pass',
        `${number.toLocaleString('en-US')} of ${count(sent, 'request')}${where} did not get a good answer, within the ${allowed.toLocaleString('en-US')} that are allowed.`,
      );
    if (stale > 0)
      return say(
        finding,
        'warn',
        `${count(stale, 'request')} of ${sent.toLocaleString('en-US')}${where} met a server closing its idle connection, which a client may lawfully send again; all others got a good answer.`,
      );
    return say(finding, 'pass', `All ${count(sent, 'request')}${where} got a good answer.`);
  }

  #failures(stale: number, path: ReadonlyMap<Outcome, number>, limited: number): string {
    const timedOut = this.#sum((tally) => tally.starved) + limited;
    const classes = [...this.#byOutcome]
      .filter(([outcome]) => isFailed(outcome) && outcome !== 'stale-race')
      .map(([outcome, number]): [Outcome, number] => [
        outcome,
        number -
          (path.get(outcome) ?? 0) -
          (this.#unresolved.get(outcome) ?? 0) -
          (outcome === 'timeout' ? timedOut : 0),
      ])
      .filter(([, number]) => number > 0);
    if (stale > 0) classes.push(['stale-race', stale]);
    classes.sort((a, b) => b[1] - a[1]);
    return classes.map(([outcome, number]) => `${number} ${failureWords(outcome)}`).join(', ');
  }

  /** What is not the app's, beside what is. */
  #aside(path: number, unresolved: number, starved: number, limited: number): string {
    const parts = [
      ...(path > 0 ? [`${count(path, 'other')} failed together with the control lane`] : []),
      ...(unresolved > 0 ? [`${count(unresolved, 'other')} never went out, as no resolver answered`] : []),
      ...(starved > 0
        ? [`${count(starved, 'other')} ran out of time while this machine gave ordinary processes no processor`]
        : []),
      ...(limited > 0 ? [`${count(limited, 'other')} found no free connection while the generator was the limit`] : []),
    ];
    const unfit = this.#path.unfit.map((lane) => `Lane ${lane} fails without the app too, so it excuses nothing.`);
    return [...(parts.length === 0 ? [] : [`${list(parts)}.`]), ...this.#noFreeConnection.told(), ...unfit]
      .map((sentence) => ` ${sentence}`)
      .join('');
  }

  #starvedDoubt(starved: number, sent: number): { message: string; hint: string } {
    const waits = this.#noFreeConnection.told().map((sentence) => ` ${sentence}`);
    return {
      message: `${count(starved, 'request')} of ${sent.toLocaleString('en-US')} ran out of time while this machine gave ordinary processes no processor: what the app would have answered is not known.${waits.join('')}`,
      hint: starvedHint,
    };
  }
}

/** Of what a control lane lost too. */
function byOutcome(shared: readonly { outcome: Outcome }[]): ReadonlyMap<Outcome, number> {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of shared) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}

function pathDoubt(failures: number, sent: number): { message: string; hint: string } {
  return {
    message: `${count(failures, 'request')} of ${sent.toLocaleString('en-US')} failed within a second of failures of the control lane, which goes to what nobody deploys: the way there failed, so what the app would have answered is not known.`,
    hint: 'run again when the way there holds',
  };
}

function say(finding: Pick<Finding, 'expected' | 'actual'>, verdict: Finding['verdict'], message: string): Finding {
  return { ...finding, verdict, message };
}
