import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import { type Workload, workloadKinds } from '../../record/workload.ts';
import type { KubeObject } from '../kubernetes/api.ts';
import type { EndpointSlice, Pod } from '../kubernetes/observe/objects.ts';
import { isKnownKind, type Owner, ownerOfPod } from '../kubernetes/observe/owner.ts';
import { selects } from '../manifest/labels.ts';
import { nameOfWorkload } from '../workload-name.ts';
import type { Lists } from './lists.ts';
import { setNameOf } from './lists.ts';

/** Where to begin: a Service, a workload, or both. */
export interface Beginning {
  service: string | undefined;
  workload: Workload | undefined;
}

/** What stands behind a Service now. */
export interface Behind {
  workloads: Workload[];
  /** Those that lead to them. */
  services: string[];
  /** Empty where there is no Service, or it has none. */
  selector: Record<string, string>;
  /** Pods that a Service leads to and no known kind of workload makes: what makes them, or nothing (`undefined`). */
  others: { pod: Pod; owner: Owner | undefined }[];
}

interface Service extends KubeObject {
  spec: { type?: string; externalName?: string; selector?: Record<string, string> };
}

/**
 * From a Service down to what makes the pods that it leads to: by its EndpointSlices and its selector to pods, and by their owners up to
 * workloads; workloads without a pod of their own yet are known by their template's labels. From a workload: to itself, and up to the
 * Services that lead to it. Rejects with HITLESS_NO_SERVICE, HITLESS_NO_WORKLOAD, HITLESS_NO_DEPLOYMENT.
 */
export async function lookDown(lists: Lists, { service, workload }: Beginning): Promise<Behind> {
  const services = (await lists.of('services')) as unknown as Service[];
  const found = service === undefined ? undefined : serviceCalled(service, services, lists.namespace);
  if (workload !== undefined) return behindWorkload(workload, found, services, lists);
  return behindService(found as Service, lists);
}

async function behindWorkload(
  workload: Workload,
  service: Service | undefined,
  services: readonly Service[],
  lists: Lists,
): Promise<Behind> {
  const { namespace } = lists;
  const all = await lists.ofKind(workload.kind);
  if (all === 'not served')
    throw noWorkload(`the cluster has no ${workload.kind}s: what defines them (argoproj.io/v1alpha1) is not installed`);
  const object = all.find(({ metadata }) => metadata.name === workload.name);
  if (object === undefined) {
    const names = all.map(({ metadata }) => metadata.name);
    throw noWorkload(`no ${workload.kind} ${workload.name} in ${namespace}: ${meantOrKnown(workload.name, names)}`);
  }
  const labels = (await lists.templateOf(object))?.metadata?.labels ?? {};
  const leading = services.filter(({ spec }) => selects(spec.selector ?? {}, labels));
  if (service !== undefined && !leading.includes(service))
    throw noWorkload(
      `the Service ${service.metadata.name} in ${namespace} does not lead to ${nameOfWorkload(workload)}: its selector is ${selectorInWords(service)}`,
    );
  const chosen = service === undefined ? leading : [service];
  return { workloads: [workload], services: chosen.map(({ metadata }) => metadata.name), selector: {}, others: [] };
}

async function behindService(service: Service, lists: Lists): Promise<Behind> {
  const { name } = service.metadata;
  const { selector = {} } = service.spec;
  const pods = await podsBehind(service, lists);
  const sets = await lists.replicaSetsFor(pods);
  const owned = pods.map((pod) => ({
    pod,
    owner: ownerOfPod(pod, { replicaSetOf: (one) => sets.get(setNameOf(one)) }),
  }));
  const found = new Map<string, Workload>();
  for (const { owner } of owned) {
    if (owner !== undefined && isKnownKind(owner.kind))
      found.set(`${owner.kind}/${owner.name}`, { kind: owner.kind, name: owner.name });
  }
  for (const workload of await lists.byTemplate(selector)) found.set(`${workload.kind}/${workload.name}`, workload);
  const others = owned.filter(({ owner }) => owner === undefined || !isKnownKind(owner.kind));
  if (found.size === 0 && others.length === 0)
    throw nothingBehind(service, await lists.slicesOf(name), lists.namespace);
  return { workloads: sorted([...found.values()]), services: [name], selector, others };
}

async function podsBehind(service: Service, lists: Lists): Promise<Pod[]> {
  const { selector = {} } = service.spec;
  const slices = await lists.slicesOf(service.metadata.name);
  const named = new Set(
    slices.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ targetRef }) => targetRef?.uid ?? []),
  );
  const pods = (await lists.of('pods')) as unknown as Pod[];
  return pods.filter(({ metadata }) => named.has(metadata.uid) || selects(selector, metadata.labels ?? {}));
}

function sorted(workloads: readonly Workload[]): Workload[] {
  const rank = ({ kind }: Workload) => workloadKinds.indexOf(kind);
  return workloads.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function serviceCalled(name: string, services: readonly Service[], namespace: string): Service {
  const found = services.find(({ metadata }) => metadata.name === name);
  if (found === undefined) {
    const names = services.map(({ metadata }) => metadata.name);
    throw fault('HITLESS_NO_SERVICE', `no Service ${name} in ${namespace}: ${meantOrKnown(name, names)}`);
  }
  if (found.spec.type === 'ExternalName')
    throw fault(
      'HITLESS_NO_DEPLOYMENT',
      `the Service ${name} in ${namespace} is a name for ${found.spec.externalName}`,
    );
  return found;
}

function nothingBehind(service: Service, slices: readonly EndpointSlice[], namespace: string): HitlessError {
  const what = `the Service ${service.metadata.name} in ${namespace}`;
  if (Object.keys(service.spec.selector ?? {}).length > 0)
    return fault(
      'HITLESS_NO_DEPLOYMENT',
      `${what} leads to no pod, and to no workload's template: its selector is ${selectorInWords(service)}`,
    );
  const addresses = slices.flatMap(({ endpoints }) => endpoints ?? []).flatMap((one) => one.addresses);
  const listed =
    addresses.length === 0 ? 'there are none' : `they are no pods of ${namespace}: ${addresses.join(', ')}`;
  return fault('HITLESS_NO_DEPLOYMENT', `${what} has no selector, its endpoints are listed by hand, and ${listed}`);
}

function selectorInWords({ spec }: Service): string {
  const pairs = Object.entries(spec.selector ?? {});
  return pairs.length === 0 ? 'empty' : pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

function fault(code: string, message: string): HitlessError {
  return new HitlessError(code, `app.service: ${message}`, {
    blame: 'usage',
    hint: '--workload KIND/NAME says what to look at; without --namespace the run goes on without events.',
  });
}

function noWorkload(message: string): HitlessError {
  return new HitlessError('HITLESS_NO_WORKLOAD', `--workload: ${message}`, { blame: 'usage' });
}
