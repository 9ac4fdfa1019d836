import { resolve } from 'node:path';
import { PodLog } from '../controller/pod-log.ts';
import type { PodPlace, ReplicaRunner, RunningContainer } from '../controller/replica-runner.ts';
import { judgeVolumes } from '../controller/volumes.ts';
import { type Lease, runVariable } from '../lease.ts';
import type { Deployment, PodTemplate } from '../manifest/model.ts';
import { killProcess, processesWith } from '../process-identity.ts';
import type { TargetContext } from '../target.ts';
import { commandOf, environmentOf } from './environment.ts';
import { removeContextCopies, withRunnableContexts } from './image-copy.ts';
import { imageOf, judgeImages } from './images.ts';
import { findIsolation } from './namespaces-allowed.ts';
import type { Isolation } from './pid-namespace.ts';
import { Ports } from './ports.ts';
import { ProcessReplica, type ProcessSpec } from './process-replica.ts';
import { needVolumes, Volumes } from './volumes.ts';

/** Replicas as child processes, with ports of their own on the loopback address. */
export class ProcessRunner implements ReplicaRunner {
  readonly startsAtOnce = true;
  readonly usageSource = process.platform === 'linux' ? '/proc' : undefined;
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #running = new Set<ProcessReplica>();
  readonly #logs = new Set<PodLog>();
  readonly #over = new AbortController();
  readonly #volumes: Volumes;
  #needsVolumes = false;
  #images: TargetContext['app']['images'];
  #isolation: Isolation = 'none';
  #lease: Lease | undefined;
  #services: ReadonlyMap<string, URL> = new Map();

  constructor({ app, folder, runId }: TargetContext) {
    this.#images = app.images;
    // Replicas run elsewhere, and what they see of it has the same path.
    this.#folder = resolve(folder);
    this.#ports = new Ports(runId);
    this.#volumes = new Volumes(this.#folder);
  }

  get facts(): ReplicaRunner['facts'] {
    return { path: 'direct', approximate: this.#isolation === 'none' ? ['pid1'] : [] };
  }

  judge(deployments: readonly Deployment[]): void {
    judgeImages(this.#images, deployments);
    judgeVolumes(deployments);
    this.#needsVolumes = needVolumes(deployments);
  }

  requireImage(image: string): void {
    imageOf(this.#images, image);
  }

  async prepare(lease: Lease): Promise<void> {
    this.#lease = lease;
    this.#images = withRunnableContexts(this.#images, this.#folder);
    this.#isolation = findIsolation();
    if (this.#needsVolumes) this.#volumes.requireViews(this.#isolation);
  }

  knowServices(addresses: ReadonlyMap<string, URL>): void {
    this.#services = addresses;
  }

  async place(pod: string, template: PodTemplate): Promise<PodPlace> {
    const { container } = template;
    const image = imageOf(this.#images, container.image);
    const lease = this.#prepared();
    const assigned = await this.#ports.next();
    const closed = await this.#ports.next();
    const env = environmentOf(container, image, {
      name: pod,
      runId: lease.runId,
      port: assigned,
      services: this.#services,
    });
    const command = commandOf(container, image, env);
    const log = new PodLog(this.#folder, pod);
    this.#logs.add(log);
    const main = container.ports[0]?.containerPort;
    const { signal: over } = this.#over;
    const view = this.#volumes.viewOf(pod, template);
    const spec = { pod, command, cwd: image.context, env, isolation: this.#isolation, view, log, lease, over };
    return {
      // An app listens where PORT says: that stands for its first containerPort. Nothing listens behind any other.
      address: (port) => ({ host: '127.0.0.1', port: main === undefined || port === main ? assigned : closed }),
      start: () => this.#start(spec),
      // Its log and its ports stay for the run: a port of a pod that is gone must not be another's.
      release: async () => {},
    };
  }

  #prepared(): Lease {
    if (this.#lease === undefined) throw new Error('replicas are placed after prepare');
    return this.#lease;
  }

  async #start(spec: ProcessSpec): Promise<RunningContainer> {
    if (this.#over.signal.aborted) throw new Error('the run is over');
    const replica = await ProcessReplica.start(spec, (started) => this.#running.add(started));
    void replica.exited.then(() => this.#running.delete(replica));
    return replica;
  }

  async cleanup(): Promise<void> {
    this.#over.abort();
    await Promise.all([...this.#running].map((replica) => replica.destroy()));
    // Without a namespace, what a replica started and left behind is found by its environment.
    const runId = this.#lease?.runId;
    if (this.#isolation === 'none' && runId !== undefined)
      for (const left of processesWith(runVariable, runId)) killProcess(left);
    for (const log of this.#logs) log.close();
    removeContextCopies(this.#folder);
    this.#volumes.remove();
  }
}
