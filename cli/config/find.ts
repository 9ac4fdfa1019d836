import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { nearest } from '../../record/nearest.ts';
import { scenarioFiles } from '../../runner/scenario/source.ts';

const stem = 'hitless.config';
const names = scenarioFiles.map((extension) => `${stem}${extension}`);

/**
 * The config that is read by itself: of the working directory, else of the nearest folder above it up to the root of its
 * repository. Outside a repository nothing above is looked at: code in a folder that others write to (/tmp) must not run.
 *
 * @throws HitlessError HITLESS_CONFIG where a folder holds two, or one whose name is a slip
 */
export function findConfig(from: string = process.cwd()): string | null {
  for (const folder of foldersUpToRoot(resolve(from))) {
    const [first, second] = names.map((name) => join(folder, name)).filter(isFile);
    if (first !== undefined && second !== undefined)
      throw wrong(
        first,
        `${second} is there too: which of the two is meant?`,
        'Remove one, or name one with --config.',
      );
    if (first !== undefined) return first;
    refuseSlips(folder);
  }
  return null;
}

function foldersUpToRoot(from: string): string[] {
  const folders = [from];
  for (let folder = from; ; folder = dirname(folder)) {
    if (folder !== from) folders.push(folder);
    if (existsSync(join(folder, '.git'))) return folders;
    if (dirname(folder) === folder) return [from];
  }
}

/** A config that is not found would take its bars away without a word. */
function refuseSlips(folder: string): void {
  for (const name of entriesOf(folder)) {
    const extension = extname(name);
    const start = name.slice(0, -extension.length);
    if (!scenarioFiles.includes(extension) || !isNearStem(start) || !isFile(join(folder, name))) continue;
    const hint = `Call it ${stem}${extension}, or say --config ${name}, or --no-config.`;
    throw wrong(join(folder, name), `a config is called ${stem}${extension}, and this is read by nobody`, hint);
  }
}

function isNearStem(start: string): boolean {
  if (/^\.?hitless([.-]?(conf|cfg|rc))?$/i.test(start)) return true;
  // vitest.config is near too.
  return /^\.?hit.*config?$/i.test(start) && start !== stem && nearest(start, [stem]) !== undefined;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function wrong(file: string, message: string, hint: string): HitlessError {
  return new HitlessError('HITLESS_CONFIG', message, { blame: 'usage', location: { file }, hint });
}
