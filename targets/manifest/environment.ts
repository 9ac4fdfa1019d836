import { dataOf, entryOf } from './config-map.ts';
import type { ConfigMap, Container, EnvSource } from './model.ts';
import type { ContainerYaml } from './schema.ts';
import { type FieldPath, type ManifestObject, onlyOnCluster, usageError } from './source.ts';

type Variable = Container['env'][number];
type VariableYaml = NonNullable<ContainerYaml['env']>[number];

const fields = ['metadata.name', 'metadata.namespace', 'spec.nodeName', 'status.podIP'] as const;

/** The variables of a container: those of whole ConfigMaps first, then its own, which win. */
export function readEnvironment(
  yaml: ContainerYaml,
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): Variable[] {
  const whole = (yaml.envFrom ?? []).flatMap(({ configMapRef, prefix = '', ...other }, index) => {
    const place = [...path, 'envFrom', index];
    if (configMapRef === undefined || Object.keys(other).length > 0)
      throw onlyOnCluster('do envFrom but for configMapRef', object.at(place), 'HITLESS_MANIFEST_CONTAINER');
    const data = dataOf(configMapRef, configMaps, object, [...place, 'configMapRef']) ?? {};
    return Object.entries(data).map(([key, value]) => ({ name: prefix + key, source: literal(value) }));
  });
  const own = (yaml.env ?? []).flatMap((variable, index) => {
    const place = [...path, 'env', index];
    const source = sourceOf(variable, configMaps, object, place);
    return source === undefined ? [] : [{ name: variable.name, source }];
  });
  return [...whole, ...own];
}

function sourceOf(
  { name, value, valueFrom }: VariableYaml,
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): EnvSource | undefined {
  if (valueFrom === undefined) return { value: value ?? '' };
  const fail = (message: string, place: FieldPath): never => {
    throw usageError('HITLESS_MANIFEST_CONTAINER', message, object.at(place));
  };
  if (value !== undefined) return fail(`${name} has both value and valueFrom, expected one of them`, path);
  const { configMapKeyRef: key, fieldRef } = valueFrom;
  if (key !== undefined) {
    const found = entryOf(key, configMaps, object, [...path, 'valueFrom', 'configMapKeyRef']);
    return found === undefined ? undefined : literal(found);
  }
  const field = fields.find((known) => known === fieldRef?.fieldPath);
  if (field !== undefined) return { field };
  throw onlyOnCluster(
    `do valueFrom but for configMapKeyRef and for fieldRef ${fields.join(', ')}`,
    object.at([...path, 'valueFrom']),
    'HITLESS_MANIFEST_CONTAINER',
  );
}

/** A value in which $(NAME) stays as it is: Kubernetes replaces it only in what the manifest itself says. */
function literal(value: string): EnvSource {
  return { value: value.replaceAll('$', '$$$$') };
}
