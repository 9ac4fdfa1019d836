import { constants } from 'node:os';
import { HitlessError } from '../../record/error.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { cleanDeadRuns, Lease } from '../lease.ts';
import { readManifests } from '../manifest/manifests.ts';
import type { Manifests } from '../manifest/model.ts';
import { startReaper } from '../reaper.ts';
import type { Capability, Route, Target, TargetContext, TargetState, UsageSource } from '../target.ts';
import { Balancer } from './balancer.ts';
import { DeploymentController } from './deployment-controller.ts';
import { deploymentFacts } from './deployment-facts.ts';
import { Draw } from './draw.ts';
import { mainService } from './main-service.ts';
import { emitTo, type Platform } from './platform.ts';
import type { Pod } from './pod.ts';
import type { ReplicaRunner } from './replica-runner.ts';
import { judgeReplicas } from './replicas.ts';
import { ServiceController } from './service-controller.ts';
import { Timers } from './timers.ts';
import { ContainerUsage } from './usage.ts';

/** How long a command of an `exec` step may take at most, in ms; the step has a limit of its own. */
const longestExecMs = 600_000;

export interface ControllerParts {
  kind: string;
  /** Made without doing anything yet. */
  runner: ReplicaRunner;
}

/** Kubernetes's rules for Deployments and Services over replicas that a runner makes. */
export class ControllerTarget implements Target {
  readonly kind: string;
  readonly capabilities: ReadonlySet<Capability> = new Set(['rollout', 'undo', 'switch', 'scale', 'kill', 'exec']);
  readonly #context: TargetContext;
  readonly #timers = new Timers();
  readonly #draw: Draw;
  readonly #listeners = new Set<() => void>();
  readonly #runner: ReplicaRunner;
  readonly usage: UsageSource | undefined;
  #manifests: Manifests = { deployments: [], services: [], notices: [] };
  #parts: { platform: Platform; lease: Lease; stopReaper: () => void } | undefined;
  #deployments: DeploymentController[] = [];
  #services: ServiceController[] = [];
  /** Of all Services, by name; the main one first. */
  readonly #fronts = new Map<string, { balancer: Balancer; url: string }>();
  #preparing: Promise<void> | undefined;
  #cleaning: Promise<void> | undefined;
  #lookingAgain = false;

  constructor({ kind, runner }: ControllerParts, context: TargetContext) {
    this.kind = kind;
    this.#runner = runner;
    this.#context = context;
    this.#draw = new Draw(context.seed);
    const { usageSource } = runner;
    this.usage = usageSource === undefined ? undefined : new ContainerUsage(usageSource, () => this.#pods());
  }

  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { app, onNotice } = this.#context;
    this.#manifests = readManifests(app.manifests);
    for (const notice of this.#manifests.notices) onNotice(notice);
    this.#runner.judge(this.#manifests.deployments);
    const service = mainService(this.#manifests, app);
    for (const line of await cleanDeadRuns()) onNotice(line);
    this.#mustBeOpen();
    await this.#runner.prepare(this.#start());
    this.#mustBeOpen();
    await this.#openFront(service, app.port);
    for (const other of this.#manifests.services) if (other !== service) await this.#openFront(other);
    this.#runner.knowServices?.(new Map([...this.#fronts].map(([name, { url }]) => [name, new URL(url)])));
    this.#mustBeOpen();
  }

  /** A port for browsers, for other apps, and for steps that ask for it; our own traffic chooses a replica itself. */
  async #openFront({ name, ports }: Manifests['services'][number], required?: number): Promise<void> {
    const endpoints = () => this.#services.find((service) => service.name === name)?.endpoints ?? [];
    const balancer = new Balancer(() => this.#draw.oneOf(endpoints(), `balancer/${name}`));
    const port = await balancer.listen(required, ports[0]?.port ?? 0);
    const url = `http://127.0.0.1:${port}`;
    this.#fronts.set(name, { balancer, url });
    this.#context.onNotice(`${name} is at ${url}, for browsers too`);
  }

  #start(): Lease {
    const lease = new Lease(this.#context.runId);
    const emit = emitTo((event) => {
      if (this.#cleaning === undefined) this.#context.onEvent(event);
    });
    const changed = () => this.#lookAgain();
    const platform = { runner: this.#runner, timers: this.#timers, draw: this.#draw, emit, changed };
    this.#parts = { platform, lease, stopReaper: startReaper(lease.path) };
    return lease;
  }

  get #main(): ServiceController | undefined {
    const name = this.#manifests.services.length > 1 ? this.#context.app.service : this.#manifests.services[0]?.name;
    return this.#services.find((service) => service.name === name);
  }

  async apply(): Promise<void> {
    const { platform } = this.#open();
    if (this.#deployments.length > 0) return;
    this.#services = this.#manifests.services.map((service) => new ServiceController(service, platform));
    this.#deployments = this.#manifests.deployments.map((manifest) => new DeploymentController(manifest, platform));
    for (const deployment of this.#deployments) deployment.apply();
    platform.changed();
  }

  async rollout(deployment: string, image: string): Promise<void> {
    this.#open();
    this.#deployment(deployment).setImage(image);
  }

  async undo(deployment: string): Promise<void> {
    this.#open();
    this.#deployment(deployment).undo();
  }

  async switch(service: string, selector: Record<string, string>): Promise<void> {
    this.#open();
    this.#named('Service', service, this.#services).select(selector);
    this.#lookNow();
  }

  async scale(deployment: string, replicas: number): Promise<void> {
    this.#open();
    judgeReplicas(replicas);
    this.#deployment(deployment).scale(replicas);
    this.#lookNow();
  }

  async kill(deployment: string, { pod, signal = 'SIGKILL' }: { pod?: string; signal?: string } = {}): Promise<string> {
    const { platform } = this.#open();
    const running = this.#deployment(deployment).pods.filter(({ container }) => container !== undefined);
    const ready = running.filter((candidate) => candidate.ready && !candidate.terminating);
    const victim =
      pod === undefined ? this.#draw.oneOf(ready, `kill/${deployment}`) : running.find(({ name }) => name === pod);
    if (victim?.container === undefined)
      throw new HitlessError(
        'HITLESS_NOTHING_TO_KILL',
        pod === undefined
          ? `${deployment} has no ready replica to kill`
          : `${deployment} has no running replica ${pod}`,
        { blame: pod === undefined ? 'app' : 'usage' },
      );
    const { earliest: earliestUs, latest: latestUs } = await victim.container.signal(signalNamed(signal));
    const { name, spec } = victim;
    const { revision, version } = spec;
    const subject = { kind: 'replica', name } as const;
    const killed = { signal, reason: 'Requested', earliestUs, latestUs };
    platform.emit('killed', { subject, owner: deployment, revision, version, ...killed });
    return name;
  }

  async exec(pod: string, command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    this.#open();
    const { container } = this.#named('pod', pod, this.#pods());
    try {
      if (container === undefined) throw new Error('its container is not running');
      return await container.exec(command, longestExecMs);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new HitlessError('HITLESS_EXEC', `${command.join(' ')} cannot be run in ${pod}: ${reason}`, {
        blame: 'environment',
        cause,
      });
    }
  }

  async route(name?: string): Promise<Route> {
    this.#open();
    const service = name === undefined ? this.#main : this.#named('Service', name, this.#services);
    if (service === undefined)
      throw new HitlessError('HITLESS_NOT_DEPLOYED', 'nothing has been deployed yet', { blame: 'usage' });
    const url = this.#fronts.get(service.name)?.url ?? '';
    return {
      kind: 'choice',
      endpoints: () => service.endpoints,
      onChange: (listener) => service.onChange(listener),
      url,
    };
  }

  state(): TargetState {
    const replicas = this.#pods().map((pod) =>
      pod.state(
        this.#services.some((service) => service.lists(pod.name)),
        this.#services.some((service) => service.routes(pod.name)),
      ),
    );
    return { deployments: this.#deployments.map((deployment) => deployment.state()), replicas };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  facts(): TargetFacts {
    const { details, ...facts } = this.#runner.facts;
    const [main] = this.#fronts.values();
    const balancer = main === undefined ? {} : { balancer: main.url };
    const deployments = deploymentFacts(this.#manifests.deployments);
    return { kind: this.kind, ...facts, equalShares: true, details: { ...details, ...balancer }, deployments };
  }

  cleanup(): Promise<void> {
    this.#cleaning ??= this.#cleanUp();
    return this.#cleaning;
  }

  async #cleanUp(): Promise<void> {
    this.#timers.stop();
    this.#listeners.clear();
    await this.#runner.cleanup();
    await this.#preparing?.catch(() => {});
    await this.#runner.cleanup();
    for (const { balancer } of this.#fronts.values()) await balancer.close();
    this.#parts?.lease.release();
    this.#parts?.stopReaper();
  }

  /** Changes that come together are looked at together, once. */
  #lookAgain(): void {
    if (this.#lookingAgain) return;
    this.#lookingAgain = true;
    queueMicrotask(() => {
      this.#lookingAgain = false;
      this.#lookNow();
    });
  }

  #lookNow(): void {
    if (this.#cleaning !== undefined) return;
    for (const deployment of this.#deployments) deployment.sync();
    const pods = this.#pods();
    for (const service of this.#services) service.sync(pods);
    for (const listener of this.#listeners) listener();
  }

  #pods(): Pod[] {
    return this.#deployments.flatMap((deployment) => deployment.pods);
  }

  #deployment(name: string): DeploymentController {
    return this.#named('Deployment', name, this.#deployments);
  }

  #named<T extends { name: string }>(what: string, name: string, all: readonly T[]): T {
    const found = all.find((candidate) => candidate.name === name);
    if (found !== undefined) return found;
    const names = all.map((candidate) => candidate.name);
    throw new HitlessError('HITLESS_UNKNOWN_NAME', `there is no ${what} ${name}: ${meantOrKnown(name, names)}`, {
      blame: 'usage',
    });
  }

  #open(): { platform: Platform } {
    this.#mustBeOpen();
    if (this.#parts === undefined)
      throw new HitlessError('HITLESS_NOT_PREPARED', 'the target has not been prepared', { blame: 'usage' });
    return this.#parts;
  }

  #mustBeOpen(): void {
    if (this.#cleaning !== undefined)
      throw new HitlessError('HITLESS_CLEANED_UP', 'the run was ended', { blame: 'environment' });
  }
}

function signalNamed(name: string): NodeJS.Signals {
  const signals = Object.keys(constants.signals);
  if (signals.includes(name)) return name as NodeJS.Signals;
  throw new HitlessError('HITLESS_SIGNAL', `unknown signal ${name}: ${meantOrKnown(name, signals)}`, {
    blame: 'usage',
  });
}
