import { type FileLocation, HitlessError } from '../../record/error.ts';

/** Where in a scenario something is: `['lanes', 0, 'rate']`. */
export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with a scenario. */
export interface Problem {
  path: FieldPath;
  /** Whether the field's name is wrong, or what it holds. */
  at: 'key' | 'value';
  message: string;
}

/** A scenario as it was read, not yet validated, and where in its file each field is. */
export interface Source {
  value: unknown;
  locate(path: FieldPath, at: Problem['at']): FileLocation;
}

/** All that is wrong with a file, in its order, at least one; the first is the error's own message and location. */
export class InvalidFile extends HitlessError {
  readonly problems: readonly HitlessError[];

  constructor(code: string, problems: readonly Problem[], source: Source) {
    const errors = problems
      .map(({ path, at, message }) => ({ message, location: source.locate(path, at) }))
      .sort((a, b) => placeOf(a.location) - placeOf(b.location))
      .map(({ message, location }) => new HitlessError(code, message, { blame: 'usage', location }));
    const first = errors[0];
    super(code, first?.message ?? 'the file is not valid', {
      blame: 'usage',
      ...(first?.location ? { location: first.location } : {}),
    });
    this.problems = errors;
  }
}

export class InvalidScenario extends InvalidFile {
  constructor(problems: readonly Problem[], source: Source) {
    super('HITLESS_SCENARIO', problems, source);
  }
}

/** Lines are far shorter than a million characters, which is the largest file. */
function placeOf({ line = 0, column = 0 }: FileLocation): number {
  return line * 1e6 + column;
}

/** `lanes[0].rate`; `whole` for the whole of it. */
export function fieldName(path: FieldPath, whole = 'the scenario'): string {
  if (path.length === 0) return whole;
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    const text = /^[A-Za-z_][\w-]*$/.test(part) ? part : JSON.stringify(part);
    return name === '' ? text : `${name}.${text}`;
  }, '');
}

/** A value as a message shows it, short and in one line. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}
