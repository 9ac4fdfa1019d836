import { HitlessError } from '../../record/error.ts';
import type { TargetFacts } from '../../record/facts.ts';
import { baseOf, placeOf, urlFault } from '../address.ts';
import { cleanDeadRuns } from '../lease.ts';
import { addressesFor } from '../resolve.ts';
import type { Capability, Route, Target, TargetContext, TargetFactory, TargetState } from '../target.ts';
import { nameOfWorkload } from '../workload-name.ts';
import type { FoundPath } from './path/evidence.ts';
import { findPath } from './path/find-path.ts';
import { reach, type Way } from './reach.ts';
import type { WorkloadWatch } from './workload-watch.ts';

/** Somebody else's deployment: traffic goes to a URL, a command or somebody rolls it out, and nothing is deployed. */
export const createUrlTarget: TargetFactory = (context) => new UrlTarget(context);

const unseen =
  'Nothing was seen of the replicas behind the URL: whether any was replaced is not known, and an old one may have ended, and lost requests, when traffic was over.';

/** Of what is wrong with the URL. */
const place = { field: 'app.url' };

class UrlTarget implements Target {
  readonly kind = 'url';
  readonly capabilities: ReadonlySet<Capability> = new Set();
  readonly replicasUnseen: boolean;
  readonly #context: TargetContext;
  readonly #url: URL;
  readonly #listeners = new Set<() => void>();
  readonly #ended = new AbortController();
  #watch: WorkloadWatch | undefined;
  #preparing: Promise<void> | undefined;
  #path: FoundPath = { path: 'unknown', evidence: [] };

  constructor(context: TargetContext) {
    const { app, settings = {} } = context;
    const fault = urlFault(app.url ?? '');
    if (fault !== undefined) throw usage('HITLESS_URL', fault).of(place);
    if (settings.namespace === undefined && (settings.context ?? settings.kubeconfig) !== undefined)
      throw usage('HITLESS_USAGE', 'a cluster without --namespace: events are those of a Service, app.service, in one');
    if (settings.namespace === undefined && settings.workload !== undefined)
      throw usage('HITLESS_USAGE', '--workload: where it is, --namespace does not say');
    if (settings.namespace !== undefined && app.service === undefined && settings.workload === undefined)
      throw usage(
        'HITLESS_WHICH_SERVICE',
        '--namespace: which Service in it the URL leads to is for app.service to say, or --workload KIND/NAME what is behind it',
      );
    this.#context = context;
    this.#url = baseOf(app.url ?? '');
    this.replicasUnseen = settings.namespace === undefined;
  }

  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare();
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { onNotice } = this.#context;
    for (const line of await cleanDeadRuns()) onNotice(line);
    const line = await reach(this.#url, this.#ended.signal, this.#way()).catch((error) => {
      throw error instanceof HitlessError ? error.of(place) : error;
    });
    if (line !== undefined) onNotice(line);
    await this.#look();
    await this.#findPath();
  }

  /** What stands between this machine and the app decides what a failure can mean. */
  async #findPath(): Promise<void> {
    const { app, settings = {}, onNotice } = this.#context;
    const { namespace } = settings;
    if (this.#ended.signal.aborted) return;
    this.#path = await findPath({
      url: this.#url,
      ...this.#way(),
      ...(app.service !== undefined &&
        namespace !== undefined && { cluster: { service: app.service, namespace, settings } }),
      signal: this.#ended.signal,
    });
    if (this.#path.path !== 'unknown') onNotice(`the path to ${this.#url.host} is ${this.#path.path}`);
  }

  /** Where there is access to the cluster behind the URL, what happens there is seen. */
  async #look(): Promise<void> {
    const { app, settings = {}, onEvent, onNotice } = this.#context;
    const { service } = app;
    const { namespace, workload } = settings;
    if (this.#ended.signal.aborted || (service ?? workload) === undefined) return;
    if (namespace === undefined) {
      onNotice(`app.service: ${service} is not looked at, as --namespace does not say where it is`);
      return;
    }
    const { watchWorkloads } = await import('./workload-watch.ts');
    const watch = await watchWorkloads({
      service,
      workload,
      namespace,
      settings,
      onEvent: (event) => {
        if (!this.#ended.signal.aborted) onEvent(event);
      },
      onChange: () => {
        for (const listener of this.#listeners) listener();
      },
    });
    this.#watch = watch;
    const what = watch.names.length === 0 ? 'pods' : watch.names.join(', ');
    onNotice(`watching ${what}${service === undefined ? '' : ` behind the Service ${service}`} in ${namespace}`);
    for (const note of watch.notes) onNotice(note);
  }

  async route(): Promise<Route> {
    return { kind: 'address', url: this.#url.href, ...this.#way() };
  }

  #way(): Way {
    const { tls, resolve = [] } = this.#context.app;
    const addresses = addressesFor(resolve, placeOf(this.#url));
    return { ...(tls && { tls }), ...(addresses && { addresses }) };
  }

  async refresh(): Promise<void> {
    await this.#watch?.refresh();
  }

  state(): TargetState {
    return this.#watch?.state() ?? { deployments: [], replicas: [] };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  facts(): TargetFacts {
    const { app, settings = {} } = this.#context;
    const { path, evidence: pathEvidence } = this.#path;
    const basic: TargetFacts = { kind: this.kind, path, pathEvidence, approximate: [], equalShares: false };
    const details = { url: this.#url.href };
    const way = path === 'unknown' ? [] : [`The path is ${path}. ${pathEvidence.join(' ')}`];
    if (this.#watch === undefined) return { ...basic, details, notes: [unseen, ...way] };
    const { service } = app;
    const { namespace = '', workload } = settings;
    const what = service === undefined ? workload && nameOfWorkload(workload) : `the Service ${service}`;
    const unwatched = this.#watch.unwatched();
    return {
      ...basic,
      details: {
        ...details,
        ...(service !== undefined && { service }),
        ...(workload !== undefined && { workload: nameOfWorkload(workload) }),
        namespace,
      },
      notes: [
        `What was seen of replicas is of ${what} in ${namespace}: that the URL leads there is what the scenario says.`,
        ...way,
        ...this.#watch.notes,
        ...(unwatched.length > 0
          ? [`Nothing was seen of ${unwatched.join(', ')}: there is no right to watch them.`]
          : []),
      ],
      deployments: this.#watch.deployments,
    };
  }

  apply = () => this.#refuse('deploy');
  rollout = () => this.#refuse('rollout');
  undo = () => this.#refuse('undo');
  switch = () => this.#refuse('switch');
  scale = () => this.#refuse('scale');
  kill = () => this.#refuse('kill');
  exec = () => this.#refuse('exec');

  /** Steps are refused before the start; a function of a scenario's own is not. */
  async #refuse(what: string): Promise<never> {
    throw new HitlessError('HITLESS_TARGET_LACKS', `the target url cannot ${what}: what is there is somebody else's`, {
      blame: 'usage',
      hint: 'A step "run" starts any command.',
    });
  }

  async cleanup(): Promise<void> {
    this.#ended.abort();
    await this.#preparing?.catch(() => {});
    await this.#watch?.stop();
    this.#listeners.clear();
  }
}

function usage(code: string, message: string): HitlessError {
  return new HitlessError(code, message, { blame: 'usage' });
}
