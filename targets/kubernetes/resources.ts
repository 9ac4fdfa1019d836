import { HitlessError } from '../../record/error.ts';
import { meantOrKnown } from '../../record/nearest.ts';
import type { ManifestObject } from '../manifest/source.ts';
import { type Api, ApiRefusal } from './api.ts';

/** What the API server calls a kind: its plural in paths, and whether its objects live in a namespace. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

export interface Reference {
  apiVersion: string;
  kind: string;
  name: string;
}

/** Asks the API server once for each group and version what it serves. */
export class Resources {
  readonly #api: Api;
  readonly #lists = new Map<string, Promise<ResourceList['resources'] | undefined>>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Undefined where the cluster does not know the kind. */
  async find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = (await this.#list(apiVersion))?.find((one) => one.kind === kind && !one.name.includes('/'));
    if (found === undefined) return undefined;
    const [first = '', second] = apiVersion.split('/');
    const [group, version] = second === undefined ? ['', first] : [first, second];
    return { group, version, plural: found.name, namespaced: found.namespaced };
  }

  /** The kind of an object of the manifests. Throws with its place where there is none such, and with what was meant. */
  async of({ value, at }: ManifestObject): Promise<Resource> {
    const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
    const wrong = (message: string, field?: string) =>
      new HitlessError('HITLESS_MANIFEST_KIND', message, { blame: 'usage', location: at(field ? [field] : []) });
    if (typeof apiVersion !== 'string' || typeof kind !== 'string')
      throw wrong(
        `expected an object with apiVersion and kind, ${typeof kind === 'string' ? 'apiVersion' : 'kind'} is missing`,
      );
    const list = await this.#list(apiVersion);
    if (list === undefined) throw wrong(`the cluster does not serve ${apiVersion}`, 'apiVersion');
    const resource = await this.find(apiVersion, kind);
    if (resource !== undefined) return resource;
    const kinds = [...new Set(list.filter(({ name }) => !name.includes('/')).map((one) => one.kind))];
    throw wrong(`the cluster knows no ${kind} in ${apiVersion}: ${meantOrKnown(kind, kinds)}`, 'kind');
  }

  #list(apiVersion: string): Promise<ResourceList['resources'] | undefined> {
    const known = this.#lists.get(apiVersion);
    if (known !== undefined) return known;
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const asked = this.#api.get<ResourceList>(path).then(
      ({ resources }) => resources,
      (error: unknown) => {
        this.#lists.delete(apiVersion);
        if (error instanceof ApiRefusal && error.status === 404) return undefined;
        throw error;
      },
    );
    this.#lists.set(apiVersion, asked);
    return asked;
  }
}

/** The path of an object, or of all of its kind where no name is given. */
export function pathOf({ group, version, plural, namespaced }: Resource, namespace: string, name?: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespaced ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
  return name === undefined ? place : `${place}/${name}`;
}

export const core = (namespace: string, plural: string, name?: string) =>
  pathOf({ group: '', version: 'v1', plural, namespaced: true }, namespace, name);

export const apps = (namespace: string, plural: string, name?: string) =>
  pathOf({ group: 'apps', version: 'v1', plural, namespaced: true }, namespace, name);
