import { Type } from 'typebox';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { platformName } from '../../record/named-pods.ts';
import type { Check, Finding } from './check.ts';
import { Choices, chancesOf, leveled, mostNames, resolve } from './choices.ts';
import { type EqualSharesTest, testEqualShares } from './equal-shares.ts';
import { count, list, onLane } from './phrases.ts';
import { type RoutedSet, routedSets, setAt } from './routes.ts';

/** A gate that cries once in a thousand runs is turned off (design, Checks). */
const alarm = 1e-6;
/** With three replicas (2/3)^35 is the first below one in a million; with more replicas it takes more than 35. */
const leastChances = 35;
/** Of new connections; where more cannot be laid to a replica, the counts say nothing. */
const unresolvedBound = 0.01;

export const replicaDistribution: Check<Record<string, never>> = {
  name: 'replica-distribution',
  summary: 'New connections are spread evenly over the replicas, and each ready replica answers.',
  options: Type.Object({}, { additionalProperties: false }),
  falseAlarm: 1e-5,
  fold: (_options, facts, lane) => new ReplicaDistribution(facts, lane),
};

/** What the lanes of one Service could choose from, and what they chose. */
class ServiceChoices {
  readonly sets: readonly RoutedSet[];
  readonly choices: Choices[] = [];
  #set = 0;

  constructor(sets: readonly RoutedSet[]) {
    this.sets = sets;
  }

  /** Judged by when it was made alone, so that which connections are left out does not depend on what was chosen. */
  add(sentUs: number, pod: string | null, name: string | null): boolean {
    const set = setAt(this.sets, sentUs, this.#set);
    if (set < 0) return false;
    this.#set = set;
    const choices = this.choices[set] ?? new Choices();
    this.choices[set] = choices;
    choices.add(pod, name);
    return true;
  }
}

class ReplicaDistribution implements Fold<Finding> {
  readonly #facts: RunFacts;
  readonly #lane: string | null;
  /** By lane; lanes of the same Service share theirs. Empty where the platform told nothing. */
  readonly #services: ReadonlyMap<string, ServiceChoices>;
  readonly #podOfName = new Map<string, string>();
  readonly #answered = new Set<string>();
  #leftOut = 0;

  constructor(facts: RunFacts, lane: string | null) {
    this.#facts = facts;
    this.#lane = lane;
    this.#services = applies(facts) ? choicesByLane(facts) : new Map();
  }

  batch(batch: AttemptBatch): void {
    if (this.#services.size === 0) return;
    for (let row = 0; row < batch.length; row++) {
      if (this.#lane !== null && batch.lane.at(row) !== this.#lane) continue;
      const pod = batch.pod.at(row);
      const name = batch.replica.at(row);
      if (pod !== null && name !== null && !this.#podOfName.has(name) && this.#podOfName.size < mostNames)
        this.#podOfName.set(name, pod);
      if (!Number.isNaN(batch.status[row] as number)) this.#answer(pod ?? name);
      if (batch.connectionUse[row] !== 1 || !chose(batch, row)) continue;
      const service = this.#services.get(batch.lane.at(row) as string);
      if (service?.add(batch.sentUs[row] as number, pod, name) === false) this.#leftOut++;
    }
  }

  #answer(replica: string | null): void {
    if (replica !== null && !this.#answered.has(replica) && this.#answered.size < mostNames)
      this.#answered.add(replica);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    const finding = { expected: { p: `at least ${alarm}`, answers: 'every ready replica' } };
    const where = onLane(this.#lane);
    if (!applies(this.#facts))
      return {
        ...finding,
        verdict: 'not-applicable',
        message: 'Equal shares do not follow from the way that connections take here.',
        hint: 'run on a direct path, without session affinity, zone hints or the Local traffic policy',
        actual: { path: this.#facts.target.path, equalShares: this.#facts.target.equalShares },
      };
    if (this.#services.size === 0)
      return {
        ...finding,
        verdict: 'inconclusive',
        message: 'The platform did not say which replicas could be chosen.',
        hint: 'run against a target that reports its endpoints',
        actual: { replicas: 0 },
      };
    const strata = [...new Set(this.#services.values())].flatMap(({ choices, sets }) =>
      resolve(choices, sets, this.#podOfName),
    );
    const total = strata.reduce((sum, { number }) => sum + number, 0);
    const unresolved = strata.reduce((sum, { unknown }) => sum + unknown, 0);
    const strays = strata.reduce((sum, { strays }) => sum + strays, 0);
    const known = unresolved <= total * unresolvedBound;
    const test = known
      ? testEqualShares(strata.map(({ counts, unknown }) => ({ counts: leveled(counts, unknown) })))
      : null;
    const chances = chancesOf(strata);
    const actual = {
      connections: total,
      leftOut: this.#leftOut,
      unresolved,
      strays,
      p: test?.p ?? null,
      chiSquare: test?.chiSquare ?? null,
      degrees: test?.degrees ?? null,
      replicas: [...chances].map(([pod, { number, chosen }]) => ({
        pod,
        chosen,
        expected: test?.expected.get(pod) ?? null,
        couldHaveChosen: number,
        answered: this.#hasAnswered(pod),
      })),
    };
    const found = { ...finding, actual };

    if (!known)
      return {
        ...found,
        verdict: 'inconclusive',
        message: `For ${unresolved} of ${count(total, 'new connection')}${where} it is not known to which replica they went.`,
        hint: 'set identity.replica to a place in the answer that holds the name of the pod',
      };
    const judged = [...chances].filter(([, { number, unlucky }]) => number >= leastChances && unlucky <= alarm);
    const silent = judged.filter(([pod, { unknown }]) => !this.#hasAnswered(pod) && unknown === 0);
    if (silent.length > 0) {
      const [pod, { number, chosen }] = silent[0] as (typeof silent)[number];
      return {
        ...found,
        verdict: 'fail',
        message: `${list(silent.map(([name]) => name))} never answered${where}, though ${count(number, 'new connection')} could have chosen ${silent.length === 1 ? 'it' : pod} and ${chosen.toLocaleString('en-US')} did.`,
      };
    }
    if (test !== null && test.p < alarm) return { ...found, verdict: 'fail', message: uneven(test, where) };
    if (chances.size > 0 && [...chances.values()].every(({ alone }) => alone))
      return {
        ...found,
        verdict: 'not-applicable',
        message: 'There was never more than one replica to choose from.',
        hint: 'deploy two replicas or more',
      };
    if (judged.length === 0 || test === null || !(test.p >= alarm))
      return {
        ...found,
        verdict: 'inconclusive',
        message: `${count(total, 'new connection')}${where} ${total === 1 ? 'is' : 'are'} too few to tell how replicas are chosen.`,
        hint: `make at least ${leastChances} new connections while the replicas stay the same (a fresh lane makes one a request)`,
      };
    if (strays > total * unresolvedBound)
      return {
        ...found,
        verdict: 'warn',
        message: `${strays} of ${count(total + strays, 'new connection')}${where} went to a replica that was not among the ready ones at the time.`,
      };
    return {
      ...found,
      verdict: 'pass',
      message: `${count(total, 'new connection')}${where} spread over ${chances.size} replicas as evenly as chance allows (p = ${test.p.toPrecision(2)}), and each ${judged.length < chances.size ? 'that was there for long enough ' : ''}answered.`,
    };
  }

  #hasAnswered(pod: string): boolean {
    if (this.#answered.has(pod) || this.#answered.has(platformName(pod))) return true;
    for (const [name, of] of this.#podOfName) if (of === pod && this.#answered.has(name)) return true;
    return false;
  }
}

function choicesByLane(facts: RunFacts): Map<string, ServiceChoices> {
  const byService = new Map<string | null, ServiceChoices>();
  const byLane = new Map<string, ServiceChoices>();
  for (const { name, service = null } of facts.lanes) {
    const sets = routedSets(facts, service);
    const choices = byService.get(service) ?? (sets && new ServiceChoices(sets));
    if (choices === null) continue;
    byService.set(service, choices);
    byLane.set(name, choices);
  }
  return byLane;
}

function applies({ target }: RunFacts): boolean {
  return target.equalShares && target.path === 'direct';
}

/** A connection that was refused is a choice as well; without an address there was none. */
function chose(batch: AttemptBatch, row: number): boolean {
  return batch.outcome.at(row) !== 'unsent' && batch.phase.at(row) !== 'resolve';
}

function uneven({ observed, expected, p }: EqualSharesTest, where: string): string {
  const far = ([pod, number]: [string, number]) => {
    const due = expected.get(pod) as number;
    return Math.abs(number - due) / Math.sqrt(due);
  };
  const [pod, number] = [...observed].reduce((a, b) => (far(b) > far(a) ? b : a));
  const due = Math.round(expected.get(pod) as number);
  return `${pod} was chosen by ${count(number, 'new connection')}${where} where equal shares give about ${due.toLocaleString('en-US')}: chance does that in one of ${odds(p)} runs.`;
}

function odds(p: number): string {
  return p < 1e-12 ? 'more than a trillion' : Math.round(1 / p).toLocaleString('en-US');
}
