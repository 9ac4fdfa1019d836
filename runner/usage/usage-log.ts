import type { UsageFacts, UsageReading } from '../../record/usage.ts';

/** An app may be restarted again and again: so many replicas are kept apart, the first. */
const mostReplicas = 1_000;
const mostBlind = 100;

interface Sum {
  count: number;
  total: number;
  max: number;
}

interface Tally {
  version: string;
  readings: number;
  cpu: Sum;
  memory: Sum;
}

/** Adds readings up, in memory that grows with the number of replicas alone. */
export class UsageLog {
  readonly #tallies = new Map<string, Tally>();
  readonly #blind: UsageFacts['blind'] = [];
  #isBlind = false;

  /** `versionOf` a pod, as the platform says it. */
  add(readings: readonly UsageReading[], versionOf: (pod: string) => string | undefined): void {
    this.#isBlind = false;
    for (const { pod, cpuCores, memoryBytes } of readings) {
      const known = this.#tallies.get(pod);
      const version = known?.version ?? versionOf(pod);
      if (version === undefined || (known === undefined && this.#tallies.size >= mostReplicas)) continue;
      const tally = known ?? { version, readings: 0, cpu: nothing(), memory: nothing() };
      this.#tallies.set(pod, tally);
      tally.readings++;
      if (cpuCores !== null) count(tally.cpu, cpuCores);
      if (memoryBytes !== null) count(tally.memory, memoryBytes);
    }
  }

  /** It was asked for, and not told. */
  missed(fromUs: number, toUs: number, reason: string): void {
    const last = this.#blind.at(-1);
    if (this.#isBlind && last !== undefined) last.toUs = toUs;
    else if (this.#blind.length < mostBlind) this.#blind.push({ fromUs, toUs, reason });
    this.#isBlind = true;
  }

  facts(source: string, everyMs: number): UsageFacts {
    const replicas = [...this.#tallies].map(([pod, { version, readings, cpu, memory }]) => ({
      pod,
      version,
      readings,
      cpuCores: amount(cpu),
      memoryBytes: amount(memory),
    }));
    return { source, everyMs, replicas, blind: this.#blind };
  }
}

const nothing = (): Sum => ({ count: 0, total: 0, max: 0 });

function count(sum: Sum, value: number): void {
  sum.count++;
  sum.total += value;
  sum.max = Math.max(sum.max, value);
}

function amount({ count, total, max }: Sum): { mean: number; max: number } | null {
  return count === 0 ? null : { mean: total / count, max };
}
