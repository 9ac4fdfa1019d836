import type { KubernetesObject, Objects, Resource } from './objects.ts';

/** The newest of every object, by kind and name. */
export class Store {
  readonly #kinds = new Map<Resource, Map<string, KubernetesObject>>();

  all<R extends Resource>(resource: R): ReadonlyMap<string, Objects[R]> {
    return this.#kind(resource) as unknown as Map<string, Objects[R]>;
  }

  get<R extends Resource>(resource: R, name: string | undefined): Objects[R] | undefined {
    return name === undefined ? undefined : this.all(resource).get(name);
  }

  put(resource: Resource, object: KubernetesObject): void {
    this.#kind(resource).set(object.metadata.name, object);
  }

  remove(resource: Resource, name: string): void {
    this.#kind(resource).delete(name);
  }

  #kind(resource: Resource): Map<string, KubernetesObject> {
    const known = this.#kinds.get(resource) ?? new Map<string, KubernetesObject>();
    this.#kinds.set(resource, known);
    return known;
  }
}
