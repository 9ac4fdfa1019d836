/** The longest that a Node timer waits; more would fire at once. */
const longestMs = 2 ** 31 - 1;

/** All timers of one owner, so that its end ends them. After `stop` none fires and none can be set. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();
  #stopped = false;

  /** Calls back once after so many ms, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void {
    if (this.#stopped) return () => {};
    const timer = setTimeout(
      () => {
        this.#pending.delete(timer);
        callback();
      },
      Math.min(Math.max(0, ms), longestMs),
    );
    this.#pending.add(timer);
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
