import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import type { UsageFacts } from '../../record/usage.ts';
import type { Target } from '../../targets/target.ts';
import { UsageLog } from './usage-log.ts';

/** Often enough for a rollout of some seconds, seldom enough to cost nothing beside the traffic. */
const everyMs = 2_000;
const limitMs = 5_000;

/** Asks a target again and again what its replicas use, from when there is traffic until it is stopped. */
export class UsageSampler {
  readonly #target: Target;
  readonly #log = new UsageLog();
  readonly #stopped = new AbortController();
  #missing: string | undefined;
  #started = false;

  constructor(target: Target) {
    this.#target = target;
  }

  start(): void {
    const { usage } = this.#target;
    if (usage === undefined || this.#started) return;
    this.#started = true;
    void this.#live(usage);
  }

  /** What is still asked does not count. Undefined where the target tells nothing of it. */
  stop(): UsageFacts | undefined {
    this.#stopped.abort();
    const { usage } = this.#target;
    if (usage === undefined || !this.#started) return undefined;
    const facts = this.#log.facts(usage.source, everyMs);
    return this.#missing === undefined ? facts : { ...facts, missing: this.#missing };
  }

  async #live(usage: NonNullable<Target['usage']>): Promise<void> {
    const { signal } = this.#stopped;
    let lastUs = nowUs();
    while (!signal.aborted && this.#missing === undefined) {
      try {
        const readings = await usage.read(AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
        if (signal.aborted) return;
        this.#log.add(readings, (pod) => this.#versionOf(pod));
        lastUs = nowUs();
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        if (error instanceof HitlessError && error.code === 'HITLESS_NO_USAGE') this.#missing = reason;
        else this.#log.missed(lastUs, nowUs(), reason);
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  #versionOf(pod: string): string | undefined {
    return this.#target.state().replicas.find((replica) => replica.pod === pod)?.version;
  }
}
