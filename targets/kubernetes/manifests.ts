import { HitlessError } from '../../record/error.ts';
import { type ManifestObject, manifestFiles, readObjects, usageError } from '../manifest/source.ts';
import type { KubeObject } from './api.ts';
import { pathOf, type Resource, type Resources } from './resources.ts';

/** One object to apply, its place in the files, and what the API server calls its kind. */
export interface Wanted {
  object: KubeObject;
  resource: Resource;
  at: ManifestObject['at'];
}

/**
 * What must be there before what: as Helm installs (https://helm.sh/docs/intro/using_helm, InstallOrder). A Service comes before the
 * pods behind it; what is not listed comes last.
 */
const order = [
  'PriorityClass',
  'Namespace',
  'CustomResourceDefinition',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'PodDisruptionBudget',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
];

/**
 * Reads files and folders of YAML: objects of any kind that the cluster knows, in an order in which they can be applied to one
 * namespace. What the API server would say of their fields is asked of itself, later.
 */
export async function readWanted(paths: readonly string[], namespace: string, resources: Resources): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const file of manifestFiles(paths)) {
    for (const found of readObjects(file)) {
      const resource = await resources.of(found);
      judge(found, resource, namespace);
      wanted.push({ object: found.value as KubeObject, resource, at: found.at });
    }
  }
  refuseTwins(wanted, namespace);
  const rank = ({ object }: Wanted) => (order.includes(object.kind) ? order.indexOf(object.kind) : order.length);
  return wanted.sort((one, other) => rank(one) - rank(other));
}

function judge({ value, at }: ManifestObject, { namespaced }: Resource, namespace: string): void {
  const metadata = value.metadata as { name?: unknown; namespace?: unknown } | undefined;
  if (typeof metadata?.name !== 'string' || metadata.name === '')
    throw usageError(
      'HITLESS_MANIFEST_MISSING_FIELD',
      `this ${String(value.kind)} lacks metadata.name`,
      at(['metadata']),
    );
  if (value.kind === 'Namespace')
    throw usageError(
      'HITLESS_MANIFEST_NAMESPACE',
      'a run has one namespace, its own or the one of --namespace',
      at(['kind']),
      'Leave the Namespace out.',
    );
  if (namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw usageError(
      'HITLESS_MANIFEST_NAMESPACE',
      `metadata.namespace is ${String(metadata.namespace)}, the run is in ${namespace}`,
      at(['metadata', 'namespace']),
      `Leave it out, or say --namespace ${String(metadata.namespace)}.`,
    );
}

function refuseTwins(wanted: readonly Wanted[], namespace: string): void {
  const first = new Map<string, Wanted>();
  for (const one of wanted) {
    const path = pathOf(one.resource, namespace, one.object.metadata.name);
    const twin = first.get(path);
    if (twin !== undefined) {
      const { file, line } = twin.at(['metadata', 'name']);
      const message = `a second ${one.object.kind} named ${one.object.metadata.name}, the first is at ${file}:${line}`;
      throw usageError('HITLESS_MANIFEST_DUPLICATE', message, one.at(['metadata', 'name']));
    }
    first.set(path, one);
  }
}

export interface ContainerYaml {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  readinessProbe?: { exec?: object; periodSeconds?: number; failureThreshold?: number };
  lifecycle?: { preStop?: { sleep?: { seconds?: number }; exec?: { command?: string[] } } };
  env?: object[];
}

export interface PodSpecYaml {
  containers?: ContainerYaml[];
  initContainers?: ContainerYaml[];
  terminationGracePeriodSeconds?: number;
}

/** The pod template of a workload, wherever its kind has it. */
export function podTemplateOf({
  kind,
  spec,
}: KubeObject): { metadata?: { labels?: Record<string, string> }; spec?: PodSpecYaml } | undefined {
  const body = spec as { template?: object; jobTemplate?: { spec?: { template?: object } } } | undefined;
  if (kind === 'Pod') return undefined;
  return kind === 'CronJob' ? body?.jobTemplate?.spec?.template : body?.template;
}

/** The Service that traffic goes to, by name or because there is only one. */
export function mainService(wanted: readonly Wanted[], name: string | undefined, manifests: readonly string[]): Wanted {
  const services = wanted.filter(({ object }) => object.kind === 'Service' && object.apiVersion === 'v1');
  const names = services.map(({ object }) => object.metadata.name);
  const usage = (code: string, message: string) => new HitlessError(code, message, { blame: 'usage' });
  const [only, second] = services.filter(({ object }) => name === undefined || object.metadata.name === name);
  if (only !== undefined && second === undefined) return only;
  if (name !== undefined)
    throw usage('HITLESS_NO_SERVICE', `no Service ${name} in the manifests: ${names.join(', ') || 'there is none'}`);
  throw only === undefined
    ? usage('HITLESS_NO_SERVICE', `no Service in ${manifests.join(', ')}: traffic needs one to go to`)
    : usage(
        'HITLESS_WHICH_SERVICE',
        `the manifests hold ${names.length} Services, name one as app.service: ${names.join(', ')}`,
      );
}
