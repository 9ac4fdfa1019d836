import { posix } from 'node:path';
import { meantOrKnown } from '../../record/nearest.ts';
import { dataOf, entryOf } from './config-map.ts';
import type { Claim, ConfigMap, Mount, Volume } from './model.ts';
import type { DeploymentYaml } from './schema.ts';
import { type FieldPath, type ManifestObject, onlyOnCluster, usageError } from './source.ts';
import { validate } from './validate.ts';
import { ClaimSchema, type ClaimYaml, otherSources, type VolumeMountYaml, type VolumeYaml } from './volume-schema.ts';

/** The other objects that a pod template refers to. */
export interface Referred {
  claims: readonly Claim[];
  configMaps: readonly ConfigMap[];
}

type PodYaml = DeploymentYaml['spec']['template']['spec'];

/** Judges one PersistentVolumeClaim as the API server would. */
export function readClaim(object: ManifestObject): Claim {
  validate(object, ClaimSchema);
  const { metadata } = object.value as unknown as ClaimYaml;
  return { name: metadata.name, at: object.at };
}

/** The volumes of a pod template, each with what it is filled from; `path` is where the pod's spec is. */
export function readVolumes(pod: PodYaml, referred: Referred, object: ManifestObject, path: FieldPath): Volume[] {
  return (pod.volumes ?? []).map((yaml, index, all) => {
    const place = [...path, 'volumes', index];
    if (all.findIndex(({ name }) => name === yaml.name) !== index)
      throw usageError('HITLESS_MANIFEST_VOLUME', `a second volume named ${yaml.name}`, object.at([...place, 'name']));
    return { name: yaml.name, ...readSource(yaml, referred, object, place) };
  });
}

// biome-ignore format: a line for each kind
type Source = Volume extends infer V ? V extends Volume ? Omit<V, 'name'> : never : never;

function readSource(yaml: VolumeYaml, referred: Referred, object: ManifestObject, path: FieldPath): Source {
  const { persistentVolumeClaim: claim, configMap } = yaml;
  const given = Object.keys(yaml).filter((field) => field !== 'name');
  const [source, second] = given;
  // Kubernetes takes a volume without a source for an emptyDir.
  if (source === undefined) return { kind: 'emptyDir' };
  if (second !== undefined)
    throw usageError(
      'HITLESS_MANIFEST_VOLUME',
      `the volume ${yaml.name} has ${given.join(' and ')}, expected one of them`,
      object.at(path),
    );
  if (otherSources.includes(source)) return { kind: 'other', source };
  if (claim !== undefined) {
    const names = referred.claims.map(({ name }) => name);
    if (!names.includes(claim.claimName))
      throw usageError(
        'HITLESS_MANIFEST_REFERENCE',
        `no PersistentVolumeClaim is named ${claim.claimName}: ${meantOrKnown(claim.claimName, names)}`,
        object.at([...path, source, 'claimName']),
      );
    return { kind: 'claim', claim: claim.claimName };
  }
  if (configMap === undefined) return { kind: 'emptyDir' };
  return { kind: 'configMap', files: filesOf(configMap, referred.configMaps, object, [...path, source]) };
}

/** All keys as files, or those that are named, each where it is wanted. */
function filesOf(
  { name, optional, items }: NonNullable<VolumeYaml['configMap']>,
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): Record<string, string> {
  const whole = { name, ...(optional === undefined ? {} : { optional }) };
  if (items === undefined) return dataOf(whole, configMaps, object, path) ?? {};
  const files = items.flatMap(({ key, path: file }, index) => {
    const place = [...path, 'items', index];
    if (file.startsWith('/') || file.split('/').includes('..'))
      throw usageError('HITLESS_MANIFEST_VOLUME', `${file} leads out of the volume`, object.at([...place, 'path']));
    const value = entryOf({ ...whole, key }, configMaps, object, place);
    return value === undefined ? [] : [[file, value] as const];
  });
  return Object.fromEntries(files);
}

/** Where a container has the volumes of its pod. */
export function readMounts(
  yaml: readonly VolumeMountYaml[],
  pod: PodYaml,
  object: ManifestObject,
  path: FieldPath,
): Mount[] {
  const names = (pod.volumes ?? []).map(({ name }) => name);
  return yaml.map((mount, index) => {
    const place = [...path, 'volumeMounts', index];
    const fail = (code: string, message: string, field: string): never => {
      throw usageError(code, message, object.at([...place, field]));
    };
    for (const field of ['subPath', 'subPathExpr'] as const)
      if (mount[field] !== undefined) throw onlyOnCluster(`mount a ${field}`, object.at([...place, field]));
    if (!names.includes(mount.name))
      fail(
        'HITLESS_MANIFEST_REFERENCE',
        `no volume is named ${mount.name}: ${meantOrKnown(mount.name, names)}`,
        'name',
      );
    const mountPath = posix.normalize(mount.mountPath).replace(/\/$/, '');
    if (mountPath === '')
      fail('HITLESS_MANIFEST_VALUE', `mountPath is ${mount.mountPath}, expected one below /`, 'mountPath');
    const volume = pod.volumes?.find(({ name }) => name === mount.name);
    const readOnly =
      mount.readOnly === true || volume?.persistentVolumeClaim?.readOnly === true || volume?.configMap !== undefined;
    return { volume: mount.name, mountPath, readOnly };
  });
}
