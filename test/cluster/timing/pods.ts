import type { Kubectl, PodChange } from './kubectl.ts';

/** Moments of a pod, in ms since 1970: as the watch told them, but `started` and `restarted`, which its process tells. */
export interface Moments {
  /** In which part of the measurement it lived. */
  part: 'warm-up' | 'rollouts' | 'ends';
  created: number;
  started?: number;
  ready?: number;
  /** Marked for deletion. */
  deleted?: number;
  gone?: number;
  /** Its first process was killed. */
  ended?: number;
  unready?: number;
  restarted?: number;
  /** How its replica names itself. */
  name?: string;
}

/** The pods of a namespace and what befell them. */
export class Pods {
  readonly #kubectl: Kubectl;
  readonly #pods = new Map<string, Moments>();
  part: Moments['part'] = 'warm-up';

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
  }

  get all(): Moments[] {
    return [...this.#pods.values()];
  }

  get terminating(): Moments[] {
    return this.all.filter(({ deleted, gone }) => deleted !== undefined && gone === undefined);
  }

  get living(): [name: string, moments: Moments][] {
    return [...this.#pods].filter(([, { deleted }]) => deleted === undefined);
  }

  keep({ type, object }: PodChange): void {
    const { name, deletionTimestamp } = object.metadata;
    const now = Date.now();
    const pod = this.#pods.get(name) ?? { part: this.part, created: now };
    this.#pods.set(name, pod);
    const ready = object.status.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
    if (ready) pod.ready ??= now;
    if (deletionTimestamp) pod.deleted ??= now;
    if (type === 'DELETED') pod.gone ??= now;
    if (pod.ended !== undefined && !ready && type !== 'DELETED') pod.unready ??= now;
  }

  /** Asks those that live for what the watch does not tell. */
  async ask(moment: 'started' | 'restarted'): Promise<void> {
    for (const [pod, moments] of this.living) {
      if (moments[moment] !== undefined) continue;
      moments[moment] = await this.#kubectl.startedMs(pod);
      moments.name ??= /helloworld \S+ (\w+) listens/.exec(await this.#kubectl.call('logs', pod))?.[1] ?? '';
    }
  }
}
