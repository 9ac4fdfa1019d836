import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { didYouMean } from '../record/nearest.ts';
import { scenarioFiles } from '../runner/scenario/source.ts';
import { packageFolder } from './package-folder.ts';

/** The scenarios that ship, by the name that a command takes. */
export function shippedScenarios(): Map<string, string> {
  return scenariosIn(join(packageFolder, 'scenarios'));
}

/** The scenario files right in a folder, by their names without extension. */
export function scenariosIn(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder)
    .filter((file) => scenarioFiles.includes(extname(file)) && !file.endsWith('.d.ts'))
    .sort();
  return new Map(files.map((file) => [basename(file, extname(file)), join(folder, file)]));
}

/**
 * The file that a word of the command line means: a path, or else the name of a scenario that ships.
 *
 * @throws HitlessError HITLESS_SCENARIO_FILE
 */
export function findScenario(word: string): string {
  if (existsSync(word)) return resolve(word);
  const shipped = shippedScenarios();
  const file = shipped.get(word);
  if (file !== undefined) return file;
  if (/\.(ya?ml|[tj]s)$/.test(word)) throw notThere(`there is no file ${resolve(word)}${meant(word, shipped)}`);
  throw notThere(`there is no scenario "${word}"${meant(word, shipped)}`);
}

function meant(word: string, shipped: ReadonlyMap<string, string>): string {
  const known = [
    ...shipped.keys(),
    ...[...scenariosIn(dirname(resolve(word))).values()].map((path) => join(dirname(word), basename(path))),
  ];
  return didYouMean(word, known);
}

function notThere(message: string): HitlessError {
  return new HitlessError('HITLESS_SCENARIO_FILE', message, {
    blame: 'usage',
    hint: 'hitless list shows those that ship and those of this folder.',
  });
}
