import { createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { platformName } from '../../record/named-pods.ts';
import type { ReplicaState, TargetState } from '../target.ts';
import type { Api } from './api.ts';
import { core } from './resources.ts';

/** Of what replicas printed so much of the end is kept in memory, for the reason of an exit. */
const lastBytes = 4_096;
/** A shorter word may stand in a log for anything. */
const leastName = 6;
/** Names are said on the start. */
const readBytes = 4 << 20;

/**
 * Follows what each replica prints into logs/POD.log of the run's folder, from its start on: when a pod is gone its log
 * is gone with it. What a restarted container had printed before is fetched where it was not followed.
 */
export class PodLogs {
  readonly #api: Api;
  readonly #namespace: string;
  readonly #folder: string;
  readonly #ended = new AbortController();
  /** By pod and number of restarts. */
  readonly #followed = new Map<string, Promise<void>>();
  readonly #lastWords = new Map<string, string>();

  constructor(api: Api, namespace: string, folder: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#folder = join(folder, 'logs');
  }

  /** To be told of each change of the replicas. */
  follow({ replicas }: TargetState): void {
    // Of those that had a name one after the other the API knows the last.
    const newest = new Map(replicas.map(({ pod }) => [platformName(pod), pod]));
    for (const replica of replicas)
      if (newest.get(platformName(replica.pod)) === replica.pod) this.#followReplica(replica);
  }

  /** The end of what a container of the pod printed last, one line. */
  lastWords(pod: string): string | undefined {
    return this.#lastWords.get(pod)?.trimEnd().split('\n').at(-1)?.slice(0, 500);
  }

  /**
   * Which pod has printed each name, as a whole word; only where no other pod has. An app that says on its start what it calls
   * itself in answers is known by that.
   */
  podsCalled(names: readonly string[]): Map<string, string> {
    const wanted = new Set(names.filter((name) => name.length >= leastName));
    const pods = new Map<string, Set<string>>();
    for (const { pod, text } of this.#files())
      for (const word of text.split(/[^\w.-]+/))
        if (wanted.has(word)) pods.set(word, (pods.get(word) ?? new Set()).add(pod));
    return new Map(
      [...pods].flatMap(([name, [pod, other]]) => (pod === undefined || other !== undefined ? [] : [[name, pod]])),
    );
  }

  *#files(): Generator<{ pod: string; text: string }> {
    let files: string[] = [];
    try {
      files = readdirSync(this.#folder);
    } catch {
      // No pod ever started.
    }
    for (const file of files)
      yield {
        pod: file.replace(/\.log$/, ''),
        text: readFileSync(join(this.#folder, file), 'utf8').slice(0, readBytes),
      };
  }

  stop(): void {
    this.#ended.abort();
  }

  #followReplica({ pod, phase, restarts, lastExit }: ReplicaState): void {
    if (phase === 'pending' || this.#ended.signal.aborted) return;
    const before = `${pod}/${restarts - 1}`;
    if (restarts > 0 && !this.#followed.has(before)) this.#begin(before, pod, true);
    const isOver = phase === 'exited' && lastExit !== undefined;
    const isStarted =
      phase === 'running' || phase === 'terminating' || isOver || (phase === 'starting' && lastExit !== undefined);
    if (isStarted && !this.#followed.has(`${pod}/${restarts}`)) this.#begin(`${pod}/${restarts}`, pod, false);
  }

  #begin(key: string, pod: string, previous: boolean): void {
    const before = [...this.#followed].filter(([name]) => name.startsWith(`${pod}/`)).at(-1)?.[1];
    this.#followed.set(
      key,
      this.#copy(pod, previous, before).catch(() => {}),
    );
  }

  async #copy(pod: string, previous: boolean, before: Promise<void> | undefined): Promise<void> {
    await before;
    const query = previous ? { previous: true } : { follow: true };
    const path = `${core(this.#namespace, 'pods', platformName(pod))}/log`;
    const body = await this.#api.stream(path, query, this.#ended.signal);
    mkdirSync(this.#folder, { recursive: true });
    body.on('data', (chunk: Buffer) => {
      const words = (this.#lastWords.get(pod) ?? '') + chunk.toString('utf8');
      this.#lastWords.set(pod, words.slice(-lastBytes));
    });
    await pipeline(body, createWriteStream(join(this.#folder, `${pod}.log`), { flags: 'a' }));
  }
}
