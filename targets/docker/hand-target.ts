import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import type { EventKind } from '../../record/event.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { ownerLabel, runLabel, thisOwner } from '../owner.ts';
import type { Capability, Route, Target, TargetContext, TargetState } from '../target.ts';
import { type Engine, type EngineEvent, type EngineInfo, openEngine } from './engine/engine.ts';
import { EngineClock } from './engine-clock.ts';
import type { EngineInHand } from './engine-in-hand.ts';
import { startContainerReaper } from './reaper.ts';
import { cleanDeadRunsOf, removeAllOf } from './removal.ts';

/** The port of the tutorial's `docker run -p 1234:3000`. */
const defaultPort = 1234;

/** What the engine calls what happens to a container, in our words. */
const kinds: Readonly<Record<string, EventKind>> = {
  create: 'created',
  start: 'started',
  kill: 'signalled',
  die: 'exited',
  destroy: 'gone',
};

interface Prepared {
  engine: Engine;
  info: EngineInfo;
  clock: EngineClock;
  stopReaper: () => void;
}

/** An engine in the hands of a scenario's own steps: nothing is deployed by itself, and what they do is recorded. */
export class HandTarget implements Target {
  readonly kind = 'docker';
  readonly capabilities: ReadonlySet<Capability> = new Set();
  readonly replicasUnseen = true;
  readonly #context: TargetContext;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #over = new AbortController();
  #preparing: Promise<void> | undefined;
  #cleaning: Promise<void> | undefined;
  #prepared: Prepared | undefined;

  constructor(context: TargetContext) {
    this.#context = context;
    this.#labels = { [runLabel]: context.runId, [ownerLabel]: thisOwner() };
  }

  get docker(): EngineInHand {
    const { runId, settings } = this.#context;
    const { engine } = this.#ready();
    const { HITLESS_REGISTRY, CLUSTER_REGISTRY } = process.env;
    const registry = settings?.registry ?? (HITLESS_REGISTRY || CLUSTER_REGISTRY || undefined);
    return { engine, labels: this.#labels, runId, port: this.#port, registry };
  }

  get #port(): number {
    return this.#context.app.port ?? defaultPort;
  }

  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { settings, runId, onNotice } = this.#context;
    const engine = await openEngine({ context: settings?.context });
    try {
      for (const line of await cleanDeadRunsOf(engine)) onNotice(line);
      const info = await engine.info();
      const clock = await EngineClock.read(engine);
      this.#prepared = { engine, info, clock, stopReaper: startContainerReaper(runId, settings?.context) };
      void this.#record(this.#prepared);
    } finally {
      if (this.#prepared === undefined) await engine.close();
    }
  }

  async #record({ engine, clock }: Prepared): Promise<void> {
    const mine = [`${runLabel}=${this.#context.runId}`];
    try {
      for await (const event of engine.events(mine, this.#over.signal)) this.#tell(event, clock);
    } catch (error) {
      if (!this.#over.signal.aborted)
        this.#context.onNotice(`the engine tells of no more events: ${error instanceof Error ? error.message : error}`);
    }
  }

  #tell({ type, action, attributes, atMs }: EngineEvent, clock: EngineClock): void {
    const kind = type === 'container' ? kinds[action] : undefined;
    if (kind === undefined) return;
    const latest = nowUs();
    // It may have been a while under way: only the engine's clock says how long.
    const { earliest } = clock.within(atMs, { earliest: 0, latest });
    const { name = '', exitCode, signal } = attributes;
    this.#context.onEvent({
      kind,
      // Alone in its pod, as it were: its end is the pod's.
      subject: { kind: 'replica', name },
      earliestUs: earliest,
      latestUs: latest,
      ...(kind === 'exited' && exitCode !== undefined && { exitCode: Number(exitCode) }),
      ...(kind === 'signalled' && signal !== undefined && { signal: signalName(signal) }),
    });
  }

  #ready(): Prepared {
    if (this.#cleaning !== undefined)
      throw new HitlessError('HITLESS_CLEANED_UP', 'the run was ended', { blame: 'environment' });
    if (this.#prepared === undefined)
      throw new HitlessError('HITLESS_NOT_PREPARED', 'the target has not been prepared', { blame: 'usage' });
    return this.#prepared;
  }

  async route(): Promise<Route> {
    return { kind: 'address', url: `http://127.0.0.1:${this.#port}` };
  }

  state(): TargetState {
    return { deployments: [], replicas: [] };
  }

  onChange(): () => void {
    return () => {};
  }

  facts(): TargetFacts {
    const { info, engine } = this.#prepared ?? {};
    const details =
      info && engine ? { engine: `${info.name || info.os} ${info.version}`.trim(), host: engine.host } : {};
    return { kind: this.kind, path: 'l4-proxy', approximate: [], equalShares: false, details };
  }

  apply(): Promise<void> {
    return this.#cannot();
  }
  rollout(): Promise<void> {
    return this.#cannot();
  }
  undo(): Promise<void> {
    return this.#cannot();
  }
  switch(): Promise<void> {
    return this.#cannot();
  }
  scale(): Promise<void> {
    return this.#cannot();
  }
  kill(): Promise<string> {
    return this.#cannot();
  }
  exec(): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.#cannot();
  }

  async #cannot(): Promise<never> {
    throw new HitlessError('HITLESS_TARGET_LACKS', 'without app.manifests there is nothing to deploy or change', {
      blame: 'usage',
    });
  }

  cleanup(): Promise<void> {
    this.#cleaning ??= this.#cleanUp();
    return this.#cleaning;
  }

  async #cleanUp(): Promise<void> {
    await this.#preparing?.catch(() => {});
    this.#over.abort();
    const prepared = this.#prepared;
    if (prepared === undefined) return;
    await removeAllOf(prepared.engine, this.#context.runId);
    prepared.stopReaper();
    await prepared.engine.close();
  }
}

/** The engine says `15`. */
function signalName(signal: string): string {
  const names: Readonly<Record<string, string>> = { '2': 'SIGINT', '9': 'SIGKILL', '15': 'SIGTERM' };
  return names[signal] ?? signal;
}
