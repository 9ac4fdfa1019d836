/**
 * What a record calls pods. A StatefulSet's pods come back under the name of those before them: from the second on, which its UID tells
 * apart, a name gets a number (`mimuc-0#2`), which no name of Kubernetes's can have.
 */
export class PodNames {
  readonly #names = new Map<string, string>();
  readonly #uids = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  /** In the order in which UIDs are first asked for. Without a UID: the last pod of that name. */
  of(name: string, uid: string | undefined): string {
    if (uid === undefined) return numbered(name, this.#numbers.get(name) ?? 1);
    const known = this.#names.get(uid);
    if (known !== undefined) return known;
    const number = (this.#numbers.get(name) ?? 0) + 1;
    const made = numbered(name, number);
    this.#numbers.set(name, number);
    this.#names.set(uid, made);
    this.#uids.set(made, uid);
    return made;
  }

  uidOf(made: string): string | undefined {
    return this.#uids.get(made);
  }
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : `${name}#${number}`;
}
