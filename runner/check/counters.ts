import { Type } from 'typebox';
import type { Outcome } from '../../record/attempt.ts';
import type { RunFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { platformName } from '../../record/named-pods.ts';
import type { Check, Finding } from './check.ts';
import { NumberSet } from './number-set.ts';
import { count, list } from './phrases.ts';
import { overlap, unseenPlatform } from './stretch.ts';
import { podOf } from './terminations.ts';

/** An app that names itself, or counts, at random must not fill our memory. */
const mostReplicas = 10_000;
const mostIntervals = 100_000;
const mostExamples = 5;

export interface CountersOptions {
  gaps?: 'fail' | 'warn';
}

export const counters: Check<CountersOptions> = {
  name: 'counters',
  summary: 'Each replica counts its answers without gap or repeat.',
  options: Type.Object(
    {
      gaps: Type.Optional(
        Type.Union([Type.Literal('fail'), Type.Literal('warn')], {
          description: 'fail where nobody but this run sends requests; warn (the default) where somebody else may',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  falseAlarm: 0,
  // Lanes share the replicas' counters, so a check of one lane must still see the requests of all.
  fold: (options, facts) => new Counters(options, facts),
};

class ReplicaCounter {
  readonly seen = new NumberSet();
  answers = 0;
  repeats = 0;
  readonly repeated: number[] = [];
  uncounted = 0;
  /** Known by the pod alone, whose container may have been started anew and count from 1 again. */
  byPodAlone = false;
}

class Counters implements Fold<Finding> {
  readonly #options: CountersOptions;
  readonly #facts: RunFacts;
  readonly #replicas = new Map<string, ReplicaCounter>();
  readonly #nameOfPod = new Map<string, string>();
  /** By name or pod: requests that may have been counted without our seeing the number. A replica that never counts has them too. */
  readonly #uncounted = new Map<string, number>();
  #uncountedAnywhere = 0;
  #random = false;

  constructor(options: CountersOptions, facts: RunFacts) {
    this.#options = options;
    this.#facts = facts;
  }

  batch(batch: AttemptBatch): void {
    if (this.#facts.identity.counter === undefined || this.#random) return;
    for (let row = 0; row < batch.length; row++) {
      const number = batch.counter[row] as number;
      if (Number.isInteger(number)) this.#counted(batch, row, number);
      else if (mayHaveCounted(batch, row)) this.#missed(batch, row);
    }
  }

  #counted(batch: AttemptBatch, row: number, number: number): void {
    const pod = batch.pod.at(row);
    const named = batch.replica.at(row);
    const name = oneOf(named, pod);
    if (name === null) {
      this.#uncountedAnywhere++;
      return;
    }
    const replica = this.#replica(name);
    if (replica === null) return;
    if (name === pod || batch.replicaSource.at(row) !== 'answer') replica.byPodAlone = true;
    if (pod !== null && this.#nameOfPod.get(pod) !== name) this.#nameOfPod.set(pod, name);
    replica.answers++;
    if (!replica.seen.add(number)) {
      replica.repeats++;
      if (replica.repeated.length < mostExamples) replica.repeated.push(number);
    }
    if (replica.seen.intervals > mostIntervals) this.#random = true;
  }

  #missed(batch: AttemptBatch, row: number): void {
    const name = oneOf(batch.replica.at(row), batch.pod.at(row));
    if (name === null) this.#uncountedAnywhere++;
    else if (this.#uncounted.has(name) || this.#uncounted.size < mostReplicas)
      this.#uncounted.set(name, (this.#uncounted.get(name) ?? 0) + 1);
  }

  #replica(name: string): ReplicaCounter | null {
    const known = this.#replicas.get(name);
    if (known !== undefined) return known;
    if (this.#replicas.size >= mostReplicas) {
      this.#random = true;
      return null;
    }
    const made = new ReplicaCounter();
    this.#replicas.set(name, made);
    return made;
  }

  #wasUnseen(): boolean {
    const traffic = { fromUs: this.#facts.trafficFromUs, toUs: this.#facts.trafficToUs };
    return unseenPlatform(this.#facts, ['pods']).some((one) => overlap(one, traffic) !== null);
  }

  done(): { result: Finding } {
    return { result: this.#conclude() };
  }

  #conclude(): Finding {
    for (const [nameOrPod, number] of this.#uncounted) {
      const replica = this.#replicas.get(nameOrPod) ?? this.#replicas.get(this.#nameOfPod.get(nameOrPod) ?? '');
      if (replica !== undefined) replica.uncounted += number;
    }
    this.#uncounted.clear();
    const restarted = new Set(
      this.#facts.events.filter(({ kind }) => kind === 'restarted').map((event) => podOf(event)),
    );
    const judged = [...this.#replicas].filter(([name, { byPodAlone }]) => !(byPodAlone && restarted.has(name)));
    const repeats = judged.filter(([, { repeats }]) => repeats > 0);
    const unexplained = judged.map(
      ([name, { seen, uncounted }]) => [name, Math.max(0, seen.missing - uncounted)] as const,
    );
    // What failed on a replica that nobody knows may have been any of them, but only once.
    const gap = Math.max(0, unexplained.reduce((sum, [, number]) => sum + number, 0) - this.#uncountedAnywhere);
    const answers = judged.reduce((sum, [, replica]) => sum + replica.answers, 0);
    const finding = {
      expected: { repeats: 0, missing: 0 },
      actual: {
        answers,
        repeats: repeats.reduce((sum, [, { repeats: number }]) => sum + number, 0),
        missing: gap,
        replicas: judged.map(([name, { seen, answers: number, repeated, uncounted }]) => ({
          name,
          answers: number,
          first: seen.smallest,
          last: seen.largest,
          missing: seen.missing,
          gaps: seen.gaps(mostExamples),
          repeated,
          uncounted,
        })),
      },
    };
    const say = (verdict: Finding['verdict'], message: string, hint?: string): Finding =>
      hint === undefined ? { ...finding, verdict, message } : { ...finding, verdict, message, hint };
    if (this.#facts.identity.counter === undefined)
      return say(
        'not-applicable',
        'The scenario does not say where an answer holds a counter.',
        'set identity.counter',
      );
    if (this.#random)
      return say(
        'inconclusive',
        'The counters, or the names of replicas, look random, so gaps and repeats mean nothing.',
        'point identity.counter at a number that each replica counts up by one, and identity.replica at its name',
      );
    const mayHaveRestarted = repeats.every(([, { byPodAlone }]) => byPodAlone) && this.#wasUnseen();
    if (repeats.length > 0 && mayHaveRestarted)
      return say(
        'inconclusive',
        `${list(repeats.map(([one]) => one))} gave numbers twice, but the platform could not be watched for some time, and may have started them again then.`,
        'see that the connection to the platform lasts for the whole run',
      );
    if (repeats.length > 0) {
      const [name, { repeated }] = repeats[0] as (typeof repeats)[number];
      return say(
        'fail',
        `${list(repeats.map(([one]) => one))} gave ${count(finding.actual.repeats, 'number')} twice (${name}: ${list(repeated.map(String))}), as if it had forgotten what it counted.`,
      );
    }
    if (gap > 0) {
      const worst = unexplained.reduce((a, b) => (b[1] > a[1] ? b : a));
      const message = `Replicas counted ${count(gap, 'request')} more than this run sent them (most on ${worst[0]}): somebody else sent requests, or something repeated ours.`;
      return this.#options.gaps === 'fail'
        ? say('fail', message)
        : say('warn', message, 'with gaps: fail it decides, where nobody else sends requests');
    }
    if (answers === 0)
      return say(
        'inconclusive',
        'No answer held a counter.',
        'see that identity.counter points at a number in the answer, and identity.replica at the name of the replica',
      );
    return say('pass', `${count(judged.length, 'replica')} counted ${count(answers, 'answer')} without gap or repeat.`);
  }
}

/** Replicas that go by the platform's own name share it with those before and after them, and count each for itself. */
function oneOf(named: string | null, pod: string | null): string | null {
  return named === null || (pod !== null && platformName(pod) === named) ? pod : named;
}

/** A connection that was refused never reached the app's counter. */
function mayHaveCounted(batch: AttemptBatch, row: number): boolean {
  const outcome = batch.outcome.at(row) as Outcome;
  if (outcome === 'unsent' || outcome === 'refused' || outcome === 'unreachable') return false;
  const phase = batch.phase.at(row);
  return phase !== 'resolve' && phase !== 'connect' && phase !== 'tls' && batch.handled.at(row) !== 'no';
}
