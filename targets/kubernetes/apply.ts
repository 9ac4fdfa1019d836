import { type FileLocation, HitlessError } from '../../record/error.ts';
import { runLabel } from '../owner.ts';
import { ownerAnnotation } from './annotations.ts';
import { type Api, ApiRefusal, type KubeObject } from './api.ts';
import type { Claim } from './claim.ts';
import { clusterFault } from './fault.ts';
import { type PodSpecYaml, podTemplateOf, type Wanted } from './manifests.ts';
import { pathOf } from './resources.ts';

interface Applying {
  api: Api;
  claim: Claim;
  /** An image of the manifests, as the cluster's nodes are to name it. */
  image(name: string): string;
}

/** Asks the API server what it would say of each object, defaults and admission included; nothing is made. */
export async function rehearse(wanted: readonly Wanted[], applying: Applying): Promise<void> {
  const ownKinds = new Set(wanted.filter(({ object }) => object.kind === 'CustomResourceDefinition').map(kindDefined));
  for (const one of wanted) if (!ownKinds.has(one.object.kind)) await applyOne(one, applying, { dryRun: 'All' });
}

/** Applies all objects, in their order, after writing down what they are. */
export async function applyAll(wanted: readonly Wanted[], applying: Applying): Promise<void> {
  const { claim } = applying;
  const { namespace, configMap } = claim.place;
  const staying = wanted.filter(({ resource }) => configMap !== undefined || !resource.namespaced);
  await claim.willMake(staying.map(({ resource, object }) => pathOf(resource, namespace, object.metadata.name)));
  for (const one of wanted) await applyOne(one, applying, {});
}

/** Objects that are there already and are not of this run would be changed, and removed at its end: never. */
export async function refuseForeign(
  wanted: readonly Wanted[],
  { api, claim }: Pick<Applying, 'api' | 'claim'>,
): Promise<void> {
  const { namespace, configMap } = claim.place;
  for (const { object, resource, at } of wanted) {
    if (configMap === undefined && resource.namespaced) continue;
    const { name } = object.metadata;
    const found = await api.find(pathOf(resource, namespace, name));
    if (found === undefined) continue;
    const run = found.metadata.labels?.[runLabel];
    const whose = run === undefined ? 'was not made by hitless' : `is of the run ${run}`;
    const place = resource.namespaced ? ` in ${namespace}` : '';
    throw new HitlessError(
      'HITLESS_CLUSTER_TAKEN',
      `there is a ${object.kind} ${name}${place} already, which ${whose}`,
      {
        blame: 'environment',
        location: at(['metadata', 'name']),
        hint:
          run === undefined
            ? 'Leave --namespace out to have one made for the run, or name an empty one.'
            : 'Wait until it is over; hitless clean removes what a dead one left.',
      },
    );
  }
}

async function applyOne(
  { object, resource, at }: Wanted,
  { api, claim, image }: Applying,
  query: { dryRun?: 'All' },
): Promise<void> {
  const { namespace } = claim.place;
  const body = withImages(withLabels(object, claim.labels), image);
  const placed = { ...body, metadata: { ...body.metadata, ...(resource.namespaced && { namespace }) } };
  try {
    await api.apply(pathOf(resource, namespace, object.metadata.name), placed, query);
  } catch (error) {
    const location = placeOf(error, at);
    const fault = clusterFault(error, {
      doing: `apply ${object.kind} ${object.metadata.name}`,
      server: api.server,
      location,
    });
    if (query.dryRun !== undefined) throw fault;
    throw new HitlessError(fault.code, `${inFile(location)}${fault.message}`, {
      blame: fault.blame,
      cause: error,
      ...(fault.hint && { hint: fault.hint }),
    });
  }
}

function inFile({ file, line, column }: FileLocation): string {
  return `${[file, line, column].filter((part) => part !== undefined).join(':')}: `;
}

/** The API server names the field: `spec.template.spec.containers[0].image`, or `.spec.replica` of one that it does not know. */
function placeOf(error: unknown, at: Wanted['at']): FileLocation {
  if (!(error instanceof ApiRefusal)) return at([]);
  const field =
    error.details?.causes?.[0]?.field ?? /(\.[\w.[\]-]+): field not declared/.exec(error.message)?.[1] ?? '';
  const path = field
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '' && part !== '<nil>')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return at(path);
}

function kindDefined({ object }: Wanted): string {
  return (object.spec as { names?: { kind?: string } } | undefined)?.names?.kind ?? '';
}

/** On the object, and on what a controller will make of it. */
function withLabels(object: KubeObject, labels: Record<string, string>): KubeObject {
  const labelled = structuredClone(object);
  labelled.metadata.labels = { ...labelled.metadata.labels, ...labels };
  delete labelled.metadata.annotations?.[ownerAnnotation];
  const spec = labelled.spec as { volumeClaimTemplates?: KubeObject[] } | undefined;
  const templates = [
    podTemplateOf(labelled),
    ...(labelled.kind === 'StatefulSet' ? (spec?.volumeClaimTemplates ?? []) : []),
  ];
  for (const template of templates as ({ metadata?: { labels?: Record<string, string> } } | undefined)[]) {
    if (template === undefined) continue;
    template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } };
  }
  return labelled;
}

function withImages(object: KubeObject, image: (name: string) => string): KubeObject {
  const spec = object.kind === 'Pod' ? (object.spec as PodSpecYaml | undefined) : podTemplateOf(object)?.spec;
  for (const container of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])])
    if (container.image !== undefined) container.image = image(container.image);
  return object;
}

/** All images that the objects name. */
export function imagesOf(wanted: readonly Wanted[]): Set<string> {
  const found = new Set<string>();
  for (const { object } of wanted)
    withImages(structuredClone(object), (name) => {
      found.add(name);
      return name;
    });
  return found;
}
