import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from '../../record/clock.ts';
import type { PodLog } from '../controller/pod-log.ts';
import type { CommandResult, Exit, Interval, RunningContainer, Used } from '../controller/replica-runner.ts';
import type { ContainerRequest } from './engine/containers.ts';
import type { Engine } from './engine/engine.ts';
import type { EngineClock } from './engine-clock.ts';

export interface ContainerSurroundings {
  engine: Engine;
  clock: EngineClock;
  log: PodLog;
  /** The end of the run. */
  over: AbortSignal;
}

/**
 * The engine's time of an end is when the runtime had collected it, a moment after the process was gone
 * (containerd's shim); so much earlier it may have been.
 */
const collectedWithinUs = 20_000;
/** What it wrote comes on a connection of its own, which ends with the container. */
const logWithinMs = 1000;
const askAgainMs = 250;

/** One run of an app: a container that is started once. */
export class ContainerReplica implements RunningContainer {
  readonly id: string;
  readonly startedUs: Interval;
  readonly exited: Promise<Exit>;
  readonly #surroundings: ContainerSurroundings;
  /** An exit code of 128 + n is a signal's only if that signal was sent. */
  readonly #sent = new Set<NodeJS.Signals>();
  readonly #sending = new Set<Promise<Interval>>();
  #signalledUs = 0;
  /** When we heard that it runs no more. */
  #heardUs: number | undefined;

  private constructor(id: string, startedUs: Interval, surroundings: ContainerSurroundings) {
    this.id = id;
    this.startedUs = startedUs;
    this.#surroundings = surroundings;
    this.exited = this.#watch();
  }

  static async start(request: ContainerRequest, surroundings: ContainerSurroundings): Promise<ContainerReplica> {
    const { engine, clock } = surroundings;
    const id = await engine.createContainer(request);
    const earliest = nowUs();
    await engine.startContainer(id);
    const known = { earliest, latest: nowUs() };
    const { startedAtMs } = (await engine.inspectContainer(id)) ?? {};
    return new ContainerReplica(id, clock.within(startedAtMs, known), surroundings);
  }

  async #watch(): Promise<Exit> {
    const logged = this.#followLog();
    const { clock, log } = this.#surroundings;
    await this.#ended();
    this.#heardUs = nowUs();
    const known = { earliest: this.startedUs.earliest, latest: this.#heardUs };
    const facts = await this.#surroundings.engine.inspectContainer(this.id).catch(() => undefined);
    await Promise.race([logged, sleep(logWithinMs, undefined, { ref: false })]);
    // Who sent it a signal tells of that first.
    await Promise.all(this.#sending);
    const { earliest, latest } = clock.within(facts?.finishedAtMs, known);
    const endedUs = {
      earliest: Math.max(known.earliest, earliest - collectedWithinUs),
      latest: Math.max(latest, this.#signalledUs + 1),
    };
    const lastLines = log.takeLastLines();
    // A container that somebody else removed left no code: unknown, not a kill.
    if (facts === undefined || facts.running)
      return { code: null, signal: null, reason: 'ContainerStatusUnknown', endedUs, lastLines };
    const { exitCode: code, oomKilled } = facts;
    const signal = [...this.#sent].find((name) => code === 128 + constants.signals[name]) ?? null;
    return { code, signal, endedUs, lastLines, ...(oomKilled ? { reason: 'OOMKilled' } : {}) };
  }

  /** Resolves when it runs no more; asks again where the engine ended the connection. */
  async #ended(): Promise<void> {
    const { engine, over } = this.#surroundings;
    for (;;) {
      try {
        await engine.waitContainer(this.id);
        return;
      } catch {
        if (over.aborted) return;
      }
      const facts = await engine.inspectContainer(this.id).catch(() => null);
      if (facts === undefined || facts?.running === false) return;
      await sleep(askAgainMs, undefined, { ref: false });
    }
  }

  async #followLog(): Promise<void> {
    const { engine, log } = this.#surroundings;
    try {
      for await (const { chunk } of engine.logs(this.id, { follow: true })) log.write(chunk);
    } catch {
      // The container or the engine is gone: what was written so far is kept.
    }
  }

  signal(signal: NodeJS.Signals): Promise<Interval> {
    const sending = this.#send(signal);
    this.#sending.add(sending);
    return sending.finally(() => this.#sending.delete(sending));
  }

  /** What it ended by came before its end, whatever the order of the engine's answers. */
  async #send(signal: NodeJS.Signals): Promise<Interval> {
    const earliest = nowUs();
    this.#sent.add(signal);
    await this.#surroundings.engine.killContainer(this.id, signal).catch(() => {});
    const latest = Math.max(earliest, Math.min(nowUs(), (this.#heardUs ?? Number.POSITIVE_INFINITY) - 1));
    this.#signalledUs = latest;
    return { earliest, latest };
  }

  used(signal: AbortSignal): Promise<Used | undefined> {
    return this.#surroundings.engine.containerStats(this.id, signal);
  }

  async exec(command: readonly string[], limitMs: number): Promise<CommandResult> {
    const limit = AbortSignal.timeout(limitMs);
    const { engine, over } = this.#surroundings;
    try {
      const result = await engine.exec(this.id, command, AbortSignal.any([limit, over]));
      // The engine has no other way to say that there was nothing to run.
      if ((result.code === 126 || result.code === 127) && /OCI runtime|crun:/.test(result.stdout))
        throw new Error(result.stdout.trim().split('\n').at(-1));
      return result;
    } catch (error) {
      if (limit.aborted) throw new Error(`${command.at(-1)}: took longer than ${limitMs / 1000} s`);
      throw error;
    }
  }
}
