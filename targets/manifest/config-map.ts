import { meantOrKnown } from '../../record/nearest.ts';
import type { ConfigMap } from './model.ts';
import { type FieldPath, type ManifestObject, usageError } from './source.ts';
import { validate } from './validate.ts';
import { ConfigMapSchema, type ConfigMapYaml } from './volume-schema.ts';

/** Judges one ConfigMap as the API server would. Its keys become names of files and of variables. */
export function readConfigMap(object: ManifestObject): ConfigMap {
  validate(object, ConfigMapSchema);
  const { metadata, data = {} } = object.value as unknown as ConfigMapYaml;
  for (const key of Object.keys(data))
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key.startsWith('..') || key === '.')
      throw usageError(
        'HITLESS_MANIFEST_VALUE',
        `${JSON.stringify(key)} is no key of a ConfigMap, expected letters, digits, dashes, underscores and dots`,
        object.at(['data', key]),
      );
  return { name: metadata.name, data, at: object.at };
}

/** What a reference to a ConfigMap means: its data; undefined where it is optional and not there. */
export function dataOf(
  { name, optional = false }: { name: string; optional?: boolean },
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): Record<string, string> | undefined {
  const found = configMaps.find((configMap) => configMap.name === name);
  if (found !== undefined || optional) return found?.data;
  const names = configMaps.map((configMap) => configMap.name);
  throw usageError(
    'HITLESS_MANIFEST_REFERENCE',
    `no ConfigMap is named ${name}: ${meantOrKnown(name, names)}`,
    object.at([...path, 'name']),
  );
}

/** The value of one key of a ConfigMap, which may be missing only where it is optional. */
export function entryOf(
  reference: { name: string; key: string; optional?: boolean },
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): string | undefined {
  const data = dataOf(reference, configMaps, object, path);
  const { name, key, optional = false } = reference;
  if (data === undefined || optional || Object.hasOwn(data, key)) return data?.[key];
  throw usageError(
    'HITLESS_MANIFEST_REFERENCE',
    `the ConfigMap ${name} has no key ${key}: ${meantOrKnown(key, Object.keys(data))}`,
    object.at([...path, 'key']),
  );
}
