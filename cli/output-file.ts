import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileOnTheWay } from '../record/run-folder.ts';
import { wrongUse } from './wrong-use.ts';

/** Of the file that `--option` names. Throws HITLESS_USAGE where it is a folder, or lies in a file. */
export function refuseNoFile(option: string, file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw wrongUse(`--${option}: ${file} is a folder`);
  const above = fileOnTheWay(dirname(file));
  if (above !== null) throw wrongUse(`--${option}: cannot write ${file}: ${above} is a file, and no folder`);
}
