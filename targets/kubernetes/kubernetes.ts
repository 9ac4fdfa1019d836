import { HitlessError } from '../../record/error.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { platformName } from '../../record/named-pods.ts';
import { Draw } from '../controller/draw.ts';
import { cleanDeadRuns } from '../lease.ts';
import type { Capability, Route, Target, TargetContext, TargetFactory, TargetState, UsageSource } from '../target.ts';
import { type App, readApp, unknownName } from './app.ts';
import { applyAll, refuseForeign, rehearse } from './apply.ts';
import { Changes } from './changes.ts';
import { cleanDeadRunsOf } from './clean.ts';
import { drain } from './drain.ts';
import { execIn } from './exec.ts';
import { factsOf } from './facts.ts';
import { bringImages, wayOfImages } from './images.ts';
import { Killer } from './kill.ts';
import { PodLogs } from './logs.ts';
import { Observer } from './observe/observer.ts';
import { Placement } from './placement.ts';
import { refresh } from './refresh.ts';
import { core, Resources } from './resources.ts';
import { neededRights, requireRights } from './rights.ts';
import { Run } from './run.ts';
import { refuseTakenPort } from './service.ts';
import { appliedState } from './state.ts';
import { PodUsage } from './usage.ts';
import { chooseReplica, victimOf } from './victim.ts';
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
  #run: Run | undefined;
  #app: App | undefined;
  #parts: Parts | undefined;
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
    const run = new Run(this.#context, this.#ended.signal);
    this.#run = run;
    const app = await run.asking('ask the API server', () => this.#judge(run));
    const images = await this.#bringImages(run, app);
    run.mustBeOpen();
    await run.asking(`make a place for the run in ${run.namespace}`, async () => {
      await run.makePlace();
      await rehearse(app.wanted, applying(run, images));
      await run.accountMade();
    });
    await this.#watch(run, app, images);
    run.mustBeOpen();
    const { choice, server } = run.cluster;
    this.#context.onNotice(`deploying to ${run.namespace} of ${choice.context ?? 'this cluster'} (${server})`);
  }

  /** All that can be said before anything is made. */
  async #judge({ api, claim, namespace }: Run): Promise<App> {
    const { app: spec, settings = {}, verbs = [], onNotice } = this.#context;
    const app = await readApp(spec, namespace, new Resources(api));
    this.#app = app;
    const own = settings.namespace === undefined;
    await requireRights(api, neededRights(app.wanted, verbs, own), namespace, own);
    for (const line of [...(await cleanDeadRuns()), ...(await cleanDeadRunsOf(api, settings.namespace))])
      onNotice(line);
    await refuseTakenPort(api, app.main);
    await refuseForeign(app.wanted, { api, claim });
    return app;
  }

  async #bringImages({ cluster, ended }: Run, app: App): Promise<ReadonlyMap<string, string>> {
    const { app: spec, settings = {}, onNotice } = this.#context;
    const { images } = spec;
    const asked = settings.registry ?? (Object.keys(images).length === 0 ? 'none' : undefined);
    const way = wayOfImages(asked, cluster.choice.context ?? '');
    const brought = await bringImages({ images, way, signal: ended, onNotice });
    if (way.kind !== 'none') for (const image of app.imagesBesides(images)) this.#tellElsewhere(image);
    return brought;
  }

  #tellElsewhere(image: string): void {
    this.#context.onNotice(`${image} is not among app.images: the nodes look for it by that name`);
  }

  async #watch(run: Run, app: App, images: ReadonlyMap<string, string>): Promise<void> {
    const { folder, verbs = [], onNotice, onEvent } = this.#context;
    const { api, claim, namespace } = run;
    const observer = new Observer(run.cluster.kubeConfig, {
      namespace,
      workloads: app.workloads,
      kinds: app.kinds,
      services: app.named('Service'),
      onEvent: (event) => {
        if (!run.ended.aborted) onEvent(event);
      },
      onChange: () => this.#changed(),
    });
    this.#parts = {
      run,
      app,
      images,
      observer,
      changes: new Changes(run, app, observer, () => this.#changed()),
      killer: new Killer(api, claim.labels, process.env.HITLESS_KILLER_IMAGE || undefined),
      logs: new PodLogs(api, namespace, folder),
      placement: new Placement(),
      usage: new PodUsage(api, namespace, claim.runId, (pod) => this.#replicaOf(pod)),
      ways: new Ways(api, namespace, { verbs, onNotice }, this.#ended),
    };
    await observer.start();
  }

  async apply(): Promise<void> {
    const { run, app, images } = this.#open();
    if (this.#applied) return;
    this.#applied = true;
    await run.asking('apply the manifests', () => applyAll(app.wanted, applying(run, images)));
  }

  async rollout(deployment: string, image: string): Promise<void> {
    const { app, changes, images } = this.#open();
    app.mustHave(deployment);
    const known = this.#context.app.images;
    if (!Object.hasOwn(known, image) && Object.keys(known).length > 0) this.#tellElsewhere(image);
    await changes.rollout(deployment, images.get(image) ?? image);
  }

  async undo(deployment: string): Promise<void> {
    await this.#open().changes.undo(deployment);
  }

  async pause(deployment: string, paused: boolean): Promise<void> {
    await this.#open().changes.pause(deployment, paused);
  }

  async scale(deployment: string, replicas: number): Promise<void> {
    await this.#open().changes.scale(deployment, replicas);
  }

  async resize(deployment: string, resources: { cpu?: string; memory?: string }): Promise<void> {
    await this.#open().changes.resize(deployment, resources);
  }

  async switch(service: string, selector: Record<string, string>): Promise<void> {
    await this.#open().changes.switch(service, selector);
  }

  async kill(deployment: string, { pod, signal = 'SIGKILL' }: { pod?: string; signal?: string } = {}): Promise<string> {
    const { run, app, killer } = this.#open();
    app.mustHave(deployment);
    const { pod: name, revision, version } = chooseReplica(this.state(), deployment, pod, this.#draw);
    const sent = await run.asking(`kill ${name}`, async () =>
      killer.kill(await victimOf(run.api, run.namespace, name), signal),
    );
    const subject = { kind: 'replica', name } as const;
    const what = { kind: 'killed', owner: deployment, revision, version, signal, reason: 'Requested' } as const;
    this.#context.onEvent({ ...sent, ...what, subject });
    return name;
  }

  async exec(replica: string, command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { run, observer } = this.#open();
    const pod = platformName(replica);
    const found = observer.find('pods', pod);
    if (found === undefined) {
      const names = observer.all('pods').map(({ metadata }) => metadata.name);
      throw unknownName('pod', pod, names);
    }
    const container = found.spec.containers[0]?.name ?? '';
    return execIn(run.api, { namespace: run.namespace, pod, container }, command);
  }

  async drain(node: string): Promise<void> {
    const { run } = this.#open();
    await run.asking(`drain ${node}`, () => drain(run.api, run.claim, node, run.ended));
  }

  async route(service?: string): Promise<Route> {
    const { run, app, ways } = this.#open();
    const name = service ?? app.service.metadata.name;
    const { url } = await run.asking(`find a way to the Service ${name}`, async () => {
      if ((await run.api.find(core(run.namespace, 'services', name))) === undefined)
        throw unknownName('Service', name, app.named('Service'));
      return ways.to(name);
    });
    return { kind: 'address', url };
  }

  async refresh(): Promise<void> {
    const { run, observer } = this.#open();
    await run.asking('look at what is there now', () => refresh(run.api, run.namespace, observer, run.ended));
  }

  state(): TargetState {
    if (this.#parts === undefined) return { deployments: [], replicas: [] };
    const { observer, app, logs } = this.#parts;
    return appliedState(observer.state(), this.#applied ? app.workloadObjects : [], logs);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  facts(): TargetFacts {
    return factsOf({ ...this.#parts, run: this.#run, app: this.#app });
  }

  get usage(): UsageSource | undefined {
    return this.#parts?.usage;
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
    await this.#preparing?.catch(() => {});
    const { ways, observer, logs } = this.#parts ?? {};
    ways?.close();
    observer?.stop();
    logs?.stop();
    await this.#run?.remove(this.#context.onNotice);
  }

  #changed(): void {
    if (this.#ended.signal.aborted) return;
    this.#parts?.logs.follow(this.state());
    this.#parts?.placement.note(this.#parts.observer, (pod) => this.#replicaOf(pod));
    for (const listener of this.#listeners) listener();
  }

  /** What the state calls the replica that goes by this pod's name now. */
  #replicaOf(pod: string): string {
    const { replicas = [] } = this.#parts?.observer.state() ?? {};
    return replicas.findLast((replica) => platformName(replica.pod) === pod)?.pod ?? pod;
  }

  #open(): Parts {
    this.#run?.mustBeOpen();
    if (this.#parts !== undefined) return this.#parts;
    throw new HitlessError('HITLESS_NOT_PREPARED', 'the target has not been prepared', { blame: 'usage' });
  }
}

/** What there is once a run has its place. */
interface Parts {
  run: Run;
  app: App;
  /** Those that were brought, as the nodes call them. */
  images: ReadonlyMap<string, string>;
  observer: Observer;
  changes: Changes;
  killer: Killer;
  logs: PodLogs;
  placement: Placement;
  usage: PodUsage;
  ways: Ways;
}

function applying({ api, claim }: Run, images: ReadonlyMap<string, string>) {
  return { api, claim, image: (name: string) => images.get(name) ?? name };
}
