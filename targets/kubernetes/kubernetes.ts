import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { Draw } from '../controller/draw.ts';
import { cleanDeadRuns, Lease } from '../lease.ts';
import { startReaper } from '../reaper.ts';
import type { Capability, Route, Target, TargetContext, TargetFactory, TargetState } from '../target.ts';
import { Api, type KubeObject } from './api.ts';
import { applyAll, imagesOf, refuseForeign, rehearse } from './apply.ts';
import { Claim } from './claim.ts';
import { cleanDeadRunsOf } from './clean.ts';
import { drain } from './drain.ts';
import { execIn } from './exec.ts';
import { clusterFault } from './fault.ts';
import { bringImages, wayOfImages } from './images.ts';
import { Killer, victimOf } from './kill.ts';
import { loadCluster } from './kubeconfig.ts';
import { PodLogs } from './logs.ts';
import { deploymentFacts, mainService, readWanted, type Wanted } from './manifests.ts';
import { Observer } from './observe/observer.ts';
import { removeRun } from './removal.ts';
import { apps, core, Resources } from './resources.ts';
import { generationOf, setImage, undo } from './revisions.ts';
import { neededRights, requireRights } from './rights.ts';
import { listsSelected } from './selected.ts';
import { refuseTakenPort, type Service, unequalBecause } from './service.ts';
import { Ways } from './ways.ts';

/** Any cluster that a kubeconfig leads to, or the one that hitless is a pod of. */
export const createKubernetesTarget: TargetFactory = (context) => new KubernetesTarget(context);

class KubernetesTarget implements Target {
  readonly kind = 'kubernetes';
  readonly capabilities: ReadonlySet<Capability> = new Set([
    'rollout',
    'undo',
    'switch',
    'scale',
    'kill',
    'drain',
    'exec',
    'pause',
    'resize',
  ]);
  readonly #context: TargetContext;
  readonly #draw: Draw;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  #parts: Parts | undefined;
  #wanted: Wanted[] = [];
  #main: Wanted | undefined;
  #images = new Map<string, string>();
  #applied = false;
  #preparing: Promise<void> | undefined;
  #cleaning: Promise<void> | undefined;

  constructor(context: TargetContext) {
    this.#context = context;
    this.#draw = new Draw(context.seed);
  }

  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { app, settings = {}, runId, folder, verbs = [], onNotice, onEvent } = this.#context;
    const { kubeConfig, server, choice } = loadCluster(settings);
    const api = new Api(kubeConfig, server);
    const claim = new Claim(api, runId, settings.namespace, verbs.includes('kill'));
    const { namespace } = claim.place;
    this.#parts = {
      api,
      claim,
      namespace,
      killer: new Killer(api, claim.labels, process.env.HITLESS_KILLER_IMAGE || undefined),
      logs: new PodLogs(api, namespace, folder),
      ways: new Ways(api, namespace, { verbs, onNotice }, this.#ended),
    };
    await this.#asking('ask the API server', async () => {
      this.#wanted = await readWanted(app.manifests, namespace, new Resources(api));
      this.#main = mainService(this.#wanted, app.service, app.manifests);
      await requireRights(
        api,
        neededRights(this.#wanted, verbs, settings.namespace === undefined),
        namespace,
        settings.namespace === undefined,
      );
      for (const line of [...(await cleanDeadRuns()), ...(await cleanDeadRunsOf(api, settings.namespace))])
        onNotice(line);
      await refuseTakenPort(api, this.#main);
      await refuseForeign(this.#wanted, { api, claim });
    });
    const way = wayOfImages(
      settings.registry ?? (Object.keys(app.images).length === 0 ? 'none' : undefined),
      choice.context ?? '',
    );
    this.#images = await bringImages({ images: app.images, way, signal: this.#ended.signal, onNotice });
    for (const image of imagesOf(this.#wanted))
      if (!this.#images.has(image) && way.kind !== 'none')
        onNotice(`${image} is not among app.images: the nodes look for it by that name`);
    this.#mustBeOpen();
    await this.#asking(`make a place for the run in ${namespace}`, () =>
      this.#claimPlace({ ...choice, place: claim.place }),
    );
    const deployments = this.#deploymentNames();
    const observer = new Observer(kubeConfig, {
      namespace,
      deployments,
      services: this.#wanted
        .filter(({ object }) => object.kind === 'Service')
        .map(({ object }) => object.metadata.name),
      onEvent: (event) => {
        if (this.#cleaning === undefined) onEvent(event);
      },
      onChange: () => this.#changed(),
    });
    this.#parts.observer = observer;
    await observer.start();
    this.#mustBeOpen();
    onNotice(`deploying to ${namespace} of ${choice.context ?? 'this cluster'} (${server})`);
  }

  /** From here on there is something to remove: the lease knows of it before it is made. */
  async #claimPlace(leased: Parameters<Lease['addCluster']>[0]): Promise<void> {
    const { api, claim, namespace } = this.#open();
    const lease = new Lease(this.#context.runId);
    this.#parts = { ...this.#open(), lease, stopReaper: startReaper(lease.path) };
    lease.addCluster(leased);
    await claim.make();
    const applying = this.#applying();
    await rehearse(this.#wanted, applying);
    // Pods are refused until the controller has made it, a moment later.
    for (let tries = 0; tries < 100; tries++) {
      const account = await api.find(core(namespace, 'serviceaccounts', 'default')).catch(() => ({}));
      if (account !== undefined) break;
      await sleep(50, undefined, { signal: this.#ended.signal });
    }
  }

  #applying() {
    const { api, claim } = this.#open();
    return { api, claim, image: (name: string) => this.#images.get(name) ?? name };
  }

  async apply(): Promise<void> {
    this.#observed();
    if (this.#applied) return;
    this.#applied = true;
    await this.#asking('apply the manifests', () => applyAll(this.#wanted, this.#applying()));
  }

  async rollout(deployment: string, image: string): Promise<void> {
    const { api, namespace } = this.#observed();
    this.#mustBeKnown(deployment);
    const { images } = this.#context.app;
    if (!Object.hasOwn(images, image) && Object.keys(images).length > 0)
      this.#context.onNotice(`${image} is not among app.images: the nodes look for it by that name`);
    await this.#change(deployment, 'set its image', () =>
      setImage(api, namespace, deployment, this.#images.get(image) ?? image),
    );
  }

  async undo(deployment: string): Promise<void> {
    const { api, namespace } = this.#observed();
    await this.#change(deployment, 'undo its rollout', () => undo(api, namespace, deployment));
  }

  async pause(deployment: string, paused: boolean): Promise<void> {
    await this.#merge(deployment, paused ? 'pause it' : 'resume it', { paused });
  }

  async scale(deployment: string, replicas: number): Promise<void> {
    await this.#merge(deployment, 'scale it', { replicas });
  }

  #merge(deployment: string, doing: string, spec: object): Promise<void> {
    const { api, namespace } = this.#observed();
    return this.#change(deployment, doing, async () =>
      generationOf(await api.merge(apps(namespace, 'deployments', deployment), { spec })),
    );
  }

  /** What was seen of a Deployment before a change does not count after it. */
  async #change(deployment: string, doing: string, change: () => Promise<number>): Promise<void> {
    const { observer } = this.#observed();
    this.#mustBeKnown(deployment);
    observer.expect(deployment, await this.#asking(`${doing}: ${deployment}`, change));
    this.#changed();
  }

  /** Resolves when the list of endpoints is that of the new selector. */
  async switch(service: string, selector: Record<string, string>): Promise<void> {
    const { api, namespace, observer } = this.#observed();
    const path = core(namespace, 'services', service);
    await this.#asking(`switch the Service ${service}`, async () => {
      if ((await api.find(path)) === undefined) throw this.#unknown('Service', service, this.#named('Service'));
      // The whole selector at once: a pair that is not in the new one has to go.
      await api.operate(path, [{ op: 'replace', path: '/spec/selector', value: selector }]);
    });
    const untilMs = performance.now() + followsWithinMs;
    while (!listsSelected(observer, service, selector) && performance.now() < untilMs)
      await sleep(20, undefined, { signal: this.#ended.signal });
  }

  async kill(deployment: string, { pod, signal = 'SIGKILL' }: { pod?: string; signal?: string } = {}): Promise<string> {
    const { api, namespace, killer } = this.#observed();
    this.#mustBeKnown(deployment);
    const own = () =>
      this.state().replicas.filter((replica) => replica.deployment === deployment && replica.phase === 'running');
    const ready = own().filter((replica) => replica.ready);
    const victim =
      pod === undefined ? this.#draw.oneOf(ready, `kill/${deployment}`) : own().find((replica) => replica.pod === pod);
    if (victim === undefined)
      throw new HitlessError(
        'HITLESS_NOTHING_TO_KILL',
        pod === undefined
          ? `${deployment} has no ready replica to kill`
          : `${deployment} has no running replica ${pod}`,
        { blame: pod === undefined ? 'app' : 'usage' },
      );
    return this.#asking(`kill ${victim.pod}`, async () => {
      const container = await victimOf(api, namespace, victim.pod);
      const sent = await killer.kill(container, signal);
      const { revision, version } = victim;
      const subject = { kind: 'replica', name: victim.pod } as const;
      this.#context.onEvent({
        ...sent,
        kind: 'killed',
        subject,
        owner: deployment,
        revision,
        version,
        signal,
        reason: 'Requested',
      });
      return victim.pod;
    });
  }

  async exec(pod: string, command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { api, namespace, observer } = this.#observed();
    const found = observer.find('pods', pod);
    if (found === undefined)
      throw this.#unknown(
        'pod',
        pod,
        observer.all('pods').map(({ metadata }) => metadata.name),
      );
    return execIn(api, { namespace, pod, container: found.spec.containers[0]?.name ?? '' }, command);
  }

  async drain(node: string): Promise<void> {
    const { api, claim } = this.#observed();
    await this.#asking(`drain ${node}`, () => drain(api, claim, node, this.#ended.signal));
  }

  /** Of the first container of each pod. */
  async resize(deployment: string, resources: { cpu?: string; memory?: string }): Promise<void> {
    const { api, namespace, observer } = this.#observed();
    this.#mustBeKnown(deployment);
    await this.#asking(`resize the pods of ${deployment}`, async () => {
      for (const { pod, phase } of this.state().replicas.filter((replica) => replica.deployment === deployment)) {
        const name = observer.find('pods', pod)?.spec.containers[0]?.name;
        if (name === undefined || phase !== 'running') continue;
        const containers = [{ name, resources: { requests: resources, limits: resources } }];
        await api.patch(`${core(namespace, 'pods', pod)}/resize`, { spec: { containers } });
      }
    });
  }

  async route(service?: string): Promise<Route> {
    const { api, namespace, ways } = this.#observed();
    const name = service ?? this.#main?.object.metadata.name ?? '';
    const { url } = await this.#asking(`find a way to the Service ${name}`, async () => {
      if ((await api.find(core(namespace, 'services', name))) === undefined)
        throw this.#unknown('Service', name, this.#named('Service'));
      return ways.to(name);
    });
    return { kind: 'address', url };
  }

  state(): TargetState {
    const observer = this.#parts?.observer;
    if (observer === undefined) return { deployments: [], replicas: [] };
    const { deployments, replicas } = observer.state();
    const seen = new Set(deployments.map(({ name }) => name));
    const unseen = this.#applied ? this.#deployments().filter(({ metadata }) => !seen.has(metadata.name)) : [];
    return {
      deployments: [...deployments, ...unseen.map(notSeenYet)],
      replicas: replicas.map((replica) => this.#withLastWords(replica)),
    };
  }

  #withLastWords(replica: TargetState['replicas'][number]): TargetState['replicas'][number] {
    const { lastExit, pod } = replica;
    const message = lastExit?.message ?? (lastExit && this.#parts?.logs.lastWords(pod));
    return lastExit === undefined || message === undefined
      ? replica
      : { ...replica, lastExit: { ...lastExit, message } };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  facts(): TargetFacts {
    const found = this.#parts?.ways.known(this.#main?.object.metadata.name ?? '');
    const unequal = this.#main === undefined ? undefined : unequalBecause(this.#main.object as Service);
    const notes: string[] = [];
    if (unequal !== undefined) notes.push(`Connections need not spread evenly: ${unequal}.`);
    if (found?.by === 'port-forward') notes.push('A port-forward led all requests to one pod.');
    const unwatched = this.#parts?.observer?.unwatched ?? [];
    if (unwatched.length > 0)
      notes.push(`Nothing was seen of ${unwatched.join(', ')}: there is no right to watch them.`);
    const { api, namespace } = this.#parts ?? {};
    return {
      kind: this.kind,
      path: found?.path ?? 'unknown',
      approximate: [],
      equalShares: unequal === undefined && found?.by !== 'port-forward',
      details: {
        ...(api && { server: api.server }),
        ...(namespace !== undefined && { namespace }),
        ...(found && { address: `${found.host}:${found.port}`, by: found.by }),
      },
      notes,
      deployments: this.#deployments().map(deploymentFacts),
    };
  }

  async podsCalled(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#parts?.logs.podsCalled(names) ?? new Map();
  }

  cleanup(): Promise<void> {
    this.#cleaning ??= this.#cleanUp();
    return this.#cleaning;
  }

  async #cleanUp(): Promise<void> {
    this.#ended.abort();
    this.#listeners.clear();
    this.#parts?.ways.close();
    await this.#preparing?.catch(() => {});
    const { api, claim, lease, stopReaper, observer, logs } = this.#parts ?? {};
    observer?.stop();
    logs?.stop();
    if (api === undefined || claim === undefined) return;
    try {
      if (lease !== undefined) await removeRun(api, claim.place);
      lease?.release();
      stopReaper?.();
    } catch (error) {
      const { message } = clusterFault(error, { doing: 'remove what the run made', server: api.server });
      this.#context.onNotice(
        `what the run made in ${claim.place.namespace} is still there: ${message}; hitless clean removes it`,
      );
    } finally {
      await api.close();
    }
  }

  #changed(): void {
    if (this.#cleaning !== undefined) return;
    this.#parts?.logs.follow(this.state());
    for (const listener of this.#listeners) listener();
  }

  #deployments(): KubeObject[] {
    return this.#wanted
      .map(({ object }) => object)
      .filter(({ kind, apiVersion }) => kind === 'Deployment' && apiVersion === 'apps/v1');
  }

  #deploymentNames(): string[] {
    return this.#deployments().map(({ metadata }) => metadata.name);
  }

  #named(kind: string): string[] {
    return this.#wanted.filter(({ object }) => object.kind === kind).map(({ object }) => object.metadata.name);
  }

  #mustBeKnown(deployment: string): void {
    const names = this.#deploymentNames();
    if (!names.includes(deployment)) throw this.#unknown('Deployment', deployment, names);
  }

  #unknown(what: string, name: string, names: string[]): HitlessError {
    return new HitlessError('HITLESS_UNKNOWN_NAME', `there is no ${what} ${name}: ${meantOrKnown(name, names)}`, {
      blame: 'usage',
    });
  }

  /** What fails on the way to the API server, or there, is told in words that say what to do. */
  async #asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#mustBeOpen();
      throw clusterFault(error, { doing, server: this.#parts?.api.server ?? '' });
    }
  }

  #observed(): Parts & { observer: Observer } {
    const parts = this.#open();
    const { observer } = parts;
    if (observer === undefined) throw notPrepared();
    return { ...parts, observer };
  }

  #open(): Parts {
    this.#mustBeOpen();
    if (this.#parts === undefined) throw notPrepared();
    return this.#parts;
  }

  #mustBeOpen(): void {
    if (this.#cleaning !== undefined)
      throw new HitlessError('HITLESS_CLEANED_UP', 'the run was ended', { blame: 'environment' });
  }
}

/** A switch is through when the controller of EndpointSlices has seen it; the step waits for connections to follow. */
const followsWithinMs = 10_000;

interface Parts {
  api: Api;
  claim: Claim;
  namespace: string;
  killer: Killer;
  logs: PodLogs;
  ways: Ways;
  observer?: Observer;
  lease?: Lease;
  stopReaper?: () => void;
}

function notPrepared(): HitlessError {
  return new HitlessError('HITLESS_NOT_PREPARED', 'the target has not been prepared', { blame: 'usage' });
}

/** It was applied, and the watch has not told of it. */
function notSeenYet(object: KubeObject): TargetState['deployments'][number] {
  const { name, promise } = deploymentFacts(object);
  return { name, revision: '', promise, updated: 0, ready: 0, available: 0, progress: 'progressing' };
}
