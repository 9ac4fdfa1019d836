import { type Lease, runVariable } from '../lease.ts';
import type { PodTemplate } from '../manifest/model.ts';
import { killProcess, processesWith } from '../process-identity.ts';
import type { ImageSpec } from '../target.ts';
import { commandOf, environmentOf } from './environment.ts';
import { findIsolation, type Isolation } from './pid-namespace.ts';
import { PodLog } from './pod-log.ts';
import { Ports } from './ports.ts';
import { ProcessReplica, type ProcessSpec } from './process-replica.ts';
import type { PodPlace, ReplicaRunner, RunningContainer } from './replica-runner.ts';

/** Replicas as child processes, with ports of their own on the loopback address. */
export class ProcessRunner implements ReplicaRunner {
  readonly #lease: Lease;
  readonly #folder: string;
  readonly #ports: Ports;
  readonly #running = new Set<ProcessReplica>();
  readonly #logs = new Set<PodLog>();
  #isolation: Isolation = 'none';
  readonly #over = new AbortController();

  constructor(lease: Lease, folder: string) {
    this.#lease = lease;
    this.#folder = folder;
    this.#ports = new Ports(lease.runId);
  }

  get approximate(): string[] {
    return this.#isolation === 'none' ? ['pid1'] : [];
  }

  async prepare(): Promise<void> {
    this.#isolation = await findIsolation();
  }

  async place(pod: string, template: PodTemplate, image: ImageSpec): Promise<PodPlace> {
    const { container } = template;
    const assigned = await this.#ports.next();
    const closed = await this.#ports.next();
    const env = environmentOf(container, image, { name: pod, runId: this.#lease.runId, port: assigned });
    const command = commandOf(container, image, env);
    const log = new PodLog(this.#folder, pod);
    this.#logs.add(log);
    const main = container.ports[0]?.containerPort;
    const { signal: over } = this.#over;
    const spec = { pod, command, cwd: image.context, env, isolation: this.#isolation, log, lease: this.#lease, over };
    return {
      // An app listens where PORT says: that stands for its first containerPort. Nothing listens behind any other.
      address: (port) => ({ host: '127.0.0.1', port: main === undefined || port === main ? assigned : closed }),
      start: () => this.#start(spec),
    };
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
    if (this.#isolation === 'none') for (const left of processesWith(runVariable, this.#lease.runId)) killProcess(left);
    for (const log of this.#logs) log.close();
  }
}
