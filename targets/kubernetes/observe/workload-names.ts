/**
 * What a record calls workloads: by their names. Where two of a namespace share one, a Deployment has it, else who was known first, and the
 * other is `StatefulSet/mimuc`.
 */
export class WorkloadNames {
  readonly #kinds = new Map<string, string>();

  /** `known`: from before anything is seen. */
  constructor(known: Iterable<{ kind: string; name: string }> = []) {
    for (const { kind, name } of known) if (kind === 'Deployment') this.#kinds.set(name, kind);
    for (const one of known) this.of(one);
  }

  of({ kind, name }: { kind: string; name: string }): string {
    if (kind === 'Deployment') return name;
    if (!this.#kinds.has(name)) this.#kinds.set(name, kind);
    return this.#kinds.get(name) === kind ? name : `${kind}/${name}`;
  }
}
