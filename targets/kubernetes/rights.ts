import { Document, isScalar, visit } from 'yaml';
import { HitlessError } from '../../record/error.ts';
import type { WorkloadKind } from '../../record/workload.ts';
import type { Api } from './api.ts';
import type { Wanted } from './manifests.ts';
import { type Resource, resources, watchedFor } from './observe/objects.ts';
import { isWorkload } from './workload-facts.ts';

export interface Right {
  group: string;
  /** With its part, where it is one: `pods/log`. */
  resource: string;
  verb: string;
  /** Not of the namespace, but of the cluster. */
  clusterWide?: boolean;
}

const rights = (group: string, resources: string[], verbs: string[], clusterWide = false): Right[] =>
  resources.flatMap((resource) =>
    verbs.map((verb) => ({ group, resource, verb, ...(clusterWide && { clusterWide }) })),
  );

/** Without them nothing is known of replicas, or of workloads of these kinds. */
export function rightsNeededToWatch(kinds: readonly WorkloadKind[]): Right[] {
  return [
    ...rights('', ['pods'], ['list', 'watch']),
    ...rights('', ['services'], ['list']),
    ...rights('discovery.k8s.io', ['endpointslices'], ['list', 'watch']),
    ...rightsOfKinds(kinds, (resource) => resources[resource].needed),
  ];
}

/**
 * What it takes to see rollouts of workloads of these kinds that are somebody else's, and to change nothing: with what says why a replica
 * could not be made, and where a Service leads.
 */
export function rightsToWatchKinds(kinds: readonly WorkloadKind[]): Right[] {
  return [
    ...rights('', ['pods', 'services', 'events'], ['list', 'watch']),
    ...rightsOfKinds(kinds, () => true),
    ...rights('discovery.k8s.io', ['endpointslices'], ['list', 'watch']),
  ];
}

function rightsOfKinds(kinds: readonly WorkloadKind[], isNeeded: (resource: Resource) => boolean): Right[] {
  const needed = watchedFor(kinds).filter((resource) => !watchedFor([]).includes(resource) && isNeeded(resource));
  return needed.flatMap((resource) => rights(groupOf(resource), [resource], ['list', 'watch']));
}

function groupOf(resource: Resource): string {
  return resources[resource].prefix.split('/')[2] ?? '';
}

/** What it takes to see the rollout of a Deployment. */
export const rightsToWatch: readonly Right[] = rightsToWatchKinds(['Deployment']);

const ofEveryRun = [
  ...rightsToWatch,
  ...rights('', ['pods'], ['deletecollection']),
  ...rights('', ['pods/log'], ['get']),
];

/** WebSockets are opened with GET, which older servers take for `get` and newer ones for `create`. */
const executing = rights('', ['pods/exec'], ['get', 'create']);

/** What a step asks for beyond that. */
const ofSteps: Record<string, Right[]> = {
  rollout: rights('apps', ['deployments'], ['get', 'patch']),
  undo: rights('apps', ['deployments'], ['get', 'patch']),
  scale: rights('apps', ['deployments'], ['get', 'patch']),
  switch: rights('', ['services'], ['get', 'patch']),
  kill: [...executing, ...rights('', ['pods'], ['create', 'get', 'delete'])],
  exec: executing,
  drain: [...rights('', ['pods/eviction'], ['create']), ...rights('', ['nodes'], ['get', 'patch'], true)],
  resize: rights('', ['pods/resize'], ['patch']),
};

/** All that a run will ask of the API server, each right once. */
export function neededRights(wanted: readonly Wanted[], verbs: readonly string[], ownNamespace: boolean): Right[] {
  const made = wanted.flatMap(({ resource }) =>
    rights(resource.group, [resource.plural], ['get', 'create', 'patch', 'delete'], !resource.namespaced),
  );
  const kinds = wanted.map(({ object }) => object).filter(isWorkload);
  const watched = rightsOfKinds(
    kinds.map(({ kind }) => kind as WorkloadKind),
    (one) => resources[one].needed,
  );
  const claim = ownNamespace
    ? [
        ...rights('', ['namespaces'], ['get', 'create', 'patch', 'delete'], true),
        ...rights('', ['services'], ['deletecollection']),
      ]
    : rights('', ['configmaps'], ['get', 'create', 'patch', 'delete']);
  const all = [...claim, ...ofEveryRun, ...watched, ...made, ...verbs.flatMap((verb) => ofSteps[verb] ?? [])];
  return [...new Map(all.map((right) => [inWords(right), right])).values()];
}

/**
 * Asks the API server about each right (SelfSubjectAccessReview). Rejects with HITLESS_CLUSTER_RIGHTS, which names all that
 * are missing and holds the YAML of the Role that gives them; `role`: and what else would be good to have.
 */
export async function requireRights(
  api: Api,
  needed: readonly Right[],
  namespace: string,
  ownNamespace: boolean,
  role = needed,
): Promise<void> {
  const missing = await missingRights(api, needed, namespace);
  if (missing.length === 0) return;
  const user = await whoWeAre(api);
  const scope = ownNamespace ? undefined : namespace;
  throw new HitlessError(
    'HITLESS_CLUSTER_RIGHTS',
    `${user} may not ${missing.map(inWords).join(', ')}${scope === undefined ? '' : ` in the namespace ${scope}`}`,
    {
      blame: 'environment',
      hint: 'Have somebody who may apply this (the user is the one that the cluster takes us for):',
      text: roleYaml(role, scope, user),
    },
  );
}

/** Those of them that the API server does not grant us (SelfSubjectAccessReview), which anybody may ask it. */
export async function missingRights(api: Api, needed: readonly Right[], namespace: string): Promise<Right[]> {
  const answers = await Promise.all(needed.map((right) => isAllowed(api, right, namespace)));
  return needed.filter((_, index) => answers[index] !== true);
}

async function isAllowed(api: Api, { group, resource, verb, clusterWide }: Right, namespace: string): Promise<boolean> {
  const [plural = '', subresource] = resource.split('/');
  const attributes = { group, resource: plural, subresource, verb, ...(!clusterWide && { namespace }) };
  const review = await api.create<{ status: { allowed: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
  );
  return review.status.allowed;
}

/** The name that the cluster knows us by, as a binding names it. */
export async function whoWeAre(api: Api): Promise<string> {
  const review = await api
    .create<{ status: { userInfo: { username: string } } }>('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    })
    .catch(() => undefined);
  return review?.status.userInfo.username ?? 'the user of this context';
}

/** Of a namespace where there is one, of the cluster otherwise: a namespace that a run makes has no Roles before. */
export function roleYaml(needed: readonly Right[], namespace: string | undefined, user: string): string {
  const metadata = { name: 'hitless', ...(namespace !== undefined && { namespace }) };
  const inNamespace = needed.filter(({ clusterWide }) => namespace === undefined || !clusterWide);
  const beyond = needed.filter(({ clusterWide }) => namespace !== undefined && clusterWide);
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const documents = [...roleAndBinding(kind, metadata, inNamespace, user)];
  if (beyond.length > 0) documents.push(...roleAndBinding('ClusterRole', { name: 'hitless' }, beyond, user));
  return documents.map(yamlOf).join('---\n');
}

/** Lists of words on one line. */
function yamlOf(value: object): string {
  const document = new Document(value);
  visit(document, {
    Seq: (_, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function roleAndBinding(
  kind: 'Role' | 'ClusterRole',
  metadata: object,
  needed: readonly Right[],
  user: string,
): object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const [, , namespace, account] = /^(system:serviceaccount):([^:]+):(.+)$/.exec(user) ?? [];
  const subject =
    account === undefined
      ? { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }
      : { kind: 'ServiceAccount', name: account, namespace };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'hitless' };
  return [
    { apiVersion, kind, metadata, rules: rulesOf(needed) },
    { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: [subject] },
  ];
}

/** Resources of a group with the same verbs share a rule. */
function rulesOf(needed: readonly Right[]): object[] {
  const verbsOf = new Map<string, Set<string>>();
  for (const { group, resource, verb } of needed) {
    const key = `${group} ${resource}`;
    verbsOf.set(key, (verbsOf.get(key) ?? new Set()).add(verb));
  }
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  for (const [key, verbs] of verbsOf) {
    const [group = '', resource = ''] = key.split(' ');
    const sorted = [...verbs].sort();
    const name = `${group} ${sorted.join()}`;
    const rule = rules.get(name) ?? { apiGroups: [group], resources: [], verbs: sorted };
    rule.resources.push(resource);
    rules.set(name, rule);
  }
  return [...rules.values()];
}

/** `list endpointslices.discovery.k8s.io` */
export function inWords({ verb, resource, group }: Right): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
