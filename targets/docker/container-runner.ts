import { HitlessError } from '../../record/error.ts';
import { PodLog } from '../controller/pod-log.ts';
import type { PodPlace, ReplicaRunner, RunningContainer } from '../controller/replica-runner.ts';
import { judgeReplicas } from '../controller/replicas.ts';
import { judgeVolumes } from '../controller/volumes.ts';
import type { Deployment, PodTemplate } from '../manifest/model.ts';
import { ownerLabel, runLabel, thisOwner } from '../owner.ts';
import type { TargetContext } from '../target.ts';
import { ContainerReplica } from './container-replica.ts';
import { type Engine, type EngineInfo, openEngine } from './engine/engine.ts';
import { EngineClock } from './engine-clock.ts';
import { commandOf, environmentOf, portsOf } from './environment.ts';
import { Images } from './images.ts';
import { ensurePauseImage } from './pause.ts';
import { isReachedDirectly } from './reach.ts';
import { startContainerReaper } from './reaper.ts';
import { cleanDeadRunsOf, removeAllOf } from './removal.ts';
import { Volumes } from './volumes.ts';

/** A port of the loopback address that is closed (tcpmux, RFC 1078): where a container's port leads that was not published. */
const closedPort = 1;

interface Prepared {
  engine: Engine;
  info: EngineInfo;
  clock: EngineClock;
  images: Images;
  volumes: Volumes;
  pause: string;
  stopReaper: () => void;
}

/** Replicas as containers: for each pod one that holds its network, and in that the app's, one after the other. */
export class ContainerRunner implements ReplicaRunner {
  /** A container's start takes its own time here. */
  readonly startsAtOnce = false;
  readonly usageSource = 'the engine';
  readonly #context: TargetContext;
  readonly #over = new AbortController();
  readonly #labels: Readonly<Record<string, string>>;
  readonly #logs = new Set<PodLog>();
  /** What the engine was asked to make, and has not yet answered. */
  readonly #making = new Set<Promise<unknown>>();
  #preparing: Promise<void> | undefined;
  #prepared: Prepared | undefined;
  #closed = false;
  #direct = true;

  constructor(context: TargetContext) {
    this.#context = context;
    this.#labels = { [runLabel]: context.runId, [ownerLabel]: thisOwner() };
  }

  /** Only after prepare. */
  get engine(): Engine {
    return this.#ready().engine;
  }

  get facts(): ReplicaRunner['facts'] {
    const { engine, info } = this.#prepared ?? {};
    const details =
      info && engine ? { engine: `${info.name || info.os} ${info.version}`.trim(), host: engine.host } : {};
    if (this.#direct) return { path: 'direct', approximate: [], details };
    return {
      path: 'l4-proxy',
      approximate: [],
      details: { ...details, ports: 'published on 127.0.0.1, where the engine accepts' },
    };
  }

  judge(deployments: readonly Deployment[]): void {
    for (const { replicas, at } of deployments) judgeReplicas(replicas, at(['spec', 'replicas']));
    judgeVolumes(deployments);
  }

  /** What the scenario does not describe may still be there, or in a registry. */
  requireImage(): void {}

  prepare(): Promise<void> {
    this.#preparing = this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { settings, runId, folder, app, onNotice } = this.#context;
    const engine = await openEngine({ context: settings?.context });
    try {
      this.#mustGoOn();
      for (const line of await cleanDeadRunsOf(engine)) onNotice(line);
      const info = await engine.info();
      const pause = await ensurePauseImage(engine, info.architecture, this.#over.signal);
      const clock = await EngineClock.read(engine);
      const images = new Images(engine, app.images, this.#over.signal, onNotice);
      const volumes = new Volumes(engine, { runId, folder, labels: this.#labels });
      const stopReaper = startContainerReaper(runId, settings?.context);
      this.#prepared = { engine, info, clock, images, volumes, pause, stopReaper };
      await images.buildAll();
      this.#direct = await this.#tryDirectly();
    } catch (error) {
      if (this.#over.signal.aborted) this.#mustGoOn();
      throw error;
    } finally {
      if (this.#prepared === undefined) await engine.close();
    }
  }

  async #tryDirectly(): Promise<boolean> {
    const { engine } = this.#ready();
    const holder = await this.#hold('reachability', []);
    const facts = await engine.inspectContainer(holder);
    const direct = facts !== undefined && (await isReachedDirectly(facts));
    await engine.removeContainer(holder);
    return direct;
  }

  place(pod: string, template: PodTemplate): Promise<PodPlace> {
    return this.#make(() => this.#place(pod, template));
  }

  async #place(pod: string, template: PodTemplate): Promise<PodPlace> {
    const { container } = template;
    const { engine, images } = this.#ready();
    const { runId, folder } = this.#context;
    const image = await images.idOf(container.image);
    const ports = this.#direct ? [] : [...portsOf(container), ...image.ports];
    const volumes = await this.#ready().volumes.of(pod, template);
    const holder = await this.#hold(pod, ports, volumes.held);
    await volumes.fill(holder);
    const facts = await engine.inspectContainer(holder);
    const { address = '', published = new Map() } = facts ?? {};
    const env = environmentOf(container, { name: pod, runId, address });
    const log = new PodLog(folder, pod);
    this.#logs.add(log);
    const request = {
      image: image.id,
      ...commandOf(container, env),
      env,
      binds: volumes.mounted,
      network: `container:${holder}`,
    };
    let starts = 0;
    let last: string | undefined;
    return {
      address: (port) => {
        if (this.#direct) return { host: address, port };
        return published.get(port) ?? { host: '127.0.0.1', port: closedPort };
      },
      start: () => this.#make(() => start(this)),
      release: async () => {
        // The one that lives in the other first.
        for (const id of [last, holder]) if (id !== undefined) await engine.removeContainer(id).catch(() => {});
        await volumes.remove();
      },
    };

    async function start(runner: ContainerRunner): Promise<RunningContainer> {
      // As the kubelet: each start has a container of its own, with the image's files as they were.
      if (last !== undefined) await engine.removeContainer(last);
      const name = `hitless-${pod}-${runId}-${starts++}`;
      const replica = await ContainerReplica.start(
        { ...request, name, labels: { ...runner.#labels, 'hitless.pod': pod } },
        { engine, clock: runner.#ready().clock, log, over: runner.#over.signal },
      );
      last = replica.id;
      return replica;
    }
  }

  /** A container that does nothing but have a network, and volumes. */
  async #hold(pod: string, ports: readonly number[], binds: readonly string[] = []): Promise<string> {
    const { engine, pause } = this.#ready();
    const id = await engine.createContainer({
      name: `hitless-${pod}-${this.#context.runId}`,
      image: pause,
      hostname: pod.slice(0, 63),
      labels: { ...this.#labels, 'hitless.pod': pod },
      publish: [...new Set(ports)].map((containerPort) => ({ containerPort, hostPort: 0 })),
      binds,
    });
    await engine.startContainer(id);
    return id;
  }

  /** Cleanup waits for it, so that nothing comes into being after it has looked. */
  async #make<T>(make: () => Promise<T>): Promise<T> {
    this.#mustGoOn();
    const making = make();
    this.#making.add(making);
    try {
      return await making;
    } finally {
      this.#making.delete(making);
    }
  }

  #ready(): Prepared {
    this.#mustGoOn();
    if (this.#prepared === undefined) throw new Error('replicas are placed after prepare');
    return this.#prepared;
  }

  #mustGoOn(): void {
    if (this.#over.signal.aborted)
      throw new HitlessError('HITLESS_CLEANED_UP', 'the run was ended', { blame: 'environment' });
  }

  async cleanup(): Promise<void> {
    this.#over.abort();
    await this.#preparing?.catch(() => {});
    const prepared = this.#prepared;
    if (prepared === undefined || this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#making);
    await removeAllOf(prepared.engine, this.#context.runId);
    for (const log of this.#logs) log.close();
    prepared.stopReaper();
    await prepared.engine.close();
  }
}
