import type { Result } from '../../record/result.ts';
import type { AskedCheck } from './planned-checks.ts';

export const levels = ['off', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** What a check may do to the verdict: nothing, as it is not even asked; warn; or decide. `by`: who says so, a place in a file or a flag. */
export interface CheckLevel {
  check: string;
  level: Level;
  by: string;
}

/** By the names of checks that ship. One of a scenario's own always decides, whatever it is called. */
export class Levels {
  readonly #byCheck: ReadonlyMap<string, CheckLevel>;

  constructor(given: readonly CheckLevel[]) {
    this.#byCheck = new Map(given.map((one) => [one.check, one]));
  }

  of({ name, check }: Pick<AskedCheck, 'name' | 'check'>): CheckLevel | undefined {
    return check === undefined ? this.#byCheck.get(name) : undefined;
  }

  /** The checks that decide by a level of theirs alone, with their default options. */
  added(named: readonly AskedCheck[]): AskedCheck[] {
    return [...this.#byCheck.values()]
      .filter(({ check, level }) => level === 'error' && !named.some(({ name }) => name === check))
      .map(({ check }) => ({ name: check, options: {}, lane: null }));
  }

  /** Of the checks that would decide, those that do not. */
  silenced(named: readonly AskedCheck[]): NonNullable<Result['notJudged']> {
    const names = new Set(named.filter((one) => one.check === undefined).map(({ name }) => name));
    return [...names].flatMap((name) => {
      const said = this.#byCheck.get(name);
      return said === undefined || said.level === 'error' ? [] : [{ check: name, level: said.level, by: said.by }];
    });
  }
}
