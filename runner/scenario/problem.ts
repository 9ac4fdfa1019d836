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
      .map((problem) => toldWhere(problem, source))
      .filter(isFirst)
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

interface Told {
  message: string;
  location: FileLocation;
}

/** Whoever wrote a flag has no file in which he would find a field: there the flag is the name. */
function toldWhere({ path, at, message }: Problem, source: Source): Told {
  const location = source.locate(path, at);
  return { message: isFlag(location) ? inWordsOfFlags(message, path, source) : message, location };
}

/** Or the URL that a command line has without one. The path of a file is absolute. */
function isFlag({ file }: FileLocation): boolean {
  return file.startsWith('--') || file === 'URL';
}

function inWordsOfFlags(message: string, path: FieldPath, source: Source): string {
  const [name, holder] = [fieldName(path), fieldName(path.slice(0, -1))];
  const rest = message.startsWith(name) ? message.slice(name.length).replace(/^:? /, '') : message;
  return rest.replace(` in ${holder}`, '').replaceAll(/\bapp\.(?:tls\.)?\w+/g, (field) => {
    const location = source.locate(field.split('.'), 'value');
    return isFlag(location) ? location.file : field;
  });
}

/** A flag may be the same field of several lanes. */
function isFirst(told: Told, index: number, all: readonly Told[]): boolean {
  const text = JSON.stringify(told);
  return all.findIndex((other) => JSON.stringify(other) === text) === index;
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
