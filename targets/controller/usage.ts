import { nowUs } from '../../record/clock.ts';
import type { UsageReading } from '../../record/usage.ts';
import type { UsageSource } from '../target.ts';
import type { Pod } from './pod.ts';
import type { RunningContainer } from './replica-runner.ts';

/** What the containers of all pods use: of a processor, what it is since the reading before. */
export class ContainerUsage implements UsageSource {
  readonly source: string;
  readonly #pods: () => readonly Pod[];
  readonly #before = new WeakMap<RunningContainer, { cpuMs: number; atUs: number }>();

  constructor(source: string, pods: () => readonly Pod[]) {
    this.source = source;
    this.#pods = pods;
  }

  async read(signal: AbortSignal): Promise<UsageReading[]> {
    const readings = await Promise.all(this.#pods().map(({ name, container }) => this.#of(name, container, signal)));
    return readings.filter((reading) => reading !== undefined);
  }

  async #of(
    pod: string,
    container: RunningContainer | undefined,
    signal: AbortSignal,
  ): Promise<UsageReading | undefined> {
    if (container === undefined) return undefined;
    const used = await container.used(signal);
    // It has just ended.
    if (used === undefined) return undefined;
    const { cpuMs, memoryBytes } = used;
    const atUs = nowUs();
    const before = this.#before.get(container);
    this.#before.set(container, { cpuMs, atUs });
    const cpuCores = before === undefined ? null : Math.max(0, ((cpuMs - before.cpuMs) * 1000) / (atUs - before.atUs));
    return { pod, cpuCores, memoryBytes };
  }
}
