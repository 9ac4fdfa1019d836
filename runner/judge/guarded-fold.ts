import type { AttemptBatch, Fold } from '../../record/fold.ts';
import type { Finding } from '../check/check.ts';

/** A check that throws (a scenario may bring its own) is a finding of its own, and does not take the others with it. */
export function guarded(start: () => Fold<Finding>): Fold<Finding> {
  return new GuardedFold(start);
}

class GuardedFold implements Fold<Finding> {
  #fold: Fold<Finding> | null = null;
  #failure: Finding | null = null;

  constructor(start: () => Fold<Finding>) {
    this.#try(() => {
      this.#fold = start();
    });
  }

  batch(batch: AttemptBatch): void {
    if (this.#failure === null) this.#try(() => this.#fold?.batch(batch));
  }

  done(): { result: Finding } | { again: Fold<Finding> } {
    let done: { result: Finding } | { again: Fold<Finding> } | undefined;
    if (this.#failure === null)
      this.#try(() => {
        const inner = this.#fold?.done();
        if (inner !== undefined)
          done = 'again' in inner ? { again: guarded(() => inner.again) } : { result: asJson(inner.result) };
      });
    return done ?? { result: this.#failure ?? failure(new Error('it came to no result')) };
  }

  #try(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#failure = failure(error);
    }
  }
}

function failure(error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error);
  return { verdict: 'error', message: `The check broke: ${what}`, expected: null, actual: null };
}

/** `expected` and `actual` are what each check likes; what JSON cannot hold is found here, not when the result is written. */
function asJson(finding: Finding): Finding {
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null) ?? 'null') as unknown;
  return { ...finding, expected: plain(finding.expected), actual: plain(finding.actual) };
}
