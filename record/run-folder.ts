import { mkdirSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Blame, HitlessError } from './error.ts';
import { makeFolder } from './make-folder.ts';

/** Where runs go unless told otherwise, beside the working directory. */
export const runsFolder = '.hitless';

/** The files of a run, by what they hold. */
export interface RunFiles {
  /** Every attempt, as an Arrow IPC stream. */
  attempts: string;
  /** Every event, one JSON object a line. */
  events: string;
  /** RunFacts without the events. */
  facts: string;
  result: string;
  report: string;
  junit: string;
}

export function runFiles(folder: string): RunFiles {
  return {
    attempts: join(folder, 'attempts.arrows'),
    events: join(folder, 'events.ndjson'),
    facts: join(folder, 'run.json'),
    result: join(folder, 'result.json'),
    report: join(folder, 'report.html'),
    junit: join(folder, 'junit.xml'),
  };
}

/**
 * Makes `<parent>/<time>-<scenario>` and returns it; a second run of the same second gets `-2` behind it. The time is
 * local, to the second. Throws HITLESS_OUT where it cannot be made.
 */
export function makeRunFolder(parent: string, scenario: string, at: Date = new Date()): string {
  orOutError(parent, () => makeFolder(parent));
  const name = `${stamp(at)}-${scenario.replace(/[^A-Za-z0-9._-]+/g, '-')}`;
  for (let nth = 1; ; nth++) {
    const folder = join(parent, nth === 1 ? name : `${name}-${nth}`);
    if (orOutError(folder, () => madeNew(folder))) return folder;
  }
}

/** Makes the folder that the user named. Throws HITLESS_OUT where that cannot be, or it holds something already. */
export function makeNamedRunFolder(folder: string): string {
  const file = fileOnTheWay(folder);
  if (file !== null) throw outError(folder, 'usage', `${file === folder ? 'it' : file} is a file, and no folder`);
  orOutError(folder, () => makeFolder(folder));
  if (orOutError(folder, () => readdirSync(folder)).length > 0) throw outError(folder, 'usage', 'it is not empty');
  return folder;
}

/** What is no folder of a path and those above it; null: all that are there are. */
export function fileOnTheWay(path: string): string | null {
  const stat = statOf(path);
  if (stat !== null) return stat.isDirectory() ? null : path;
  const above = dirname(path);
  return above === path ? null : fileOnTheWay(above);
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** The folder that the user named, or one of its own among the runs. Throws HITLESS_OUT. */
export function runFolderOf(out: string | undefined, name: string): string {
  return out === undefined ? makeRunFolder(runsFolder, name) : makeNamedRunFolder(out);
}

/** mkdir is atomic: of two runs one makes it, the other is told. */
function madeNew(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function stamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date}T${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('-')}`;
}

function orOutError<T>(folder: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw outError(folder, 'environment', (error as Error).message, error);
  }
}

function outError(folder: string, blame: Blame, what: string, cause?: unknown): HitlessError {
  return new HitlessError('HITLESS_OUT', `cannot use ${folder} for the run: ${what}`, {
    blame,
    hint: 'Name a folder that is new or empty with --out.',
    cause,
  });
}
