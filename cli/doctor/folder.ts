import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { runsFolder } from '../../record/run-folder.ts';
import type { Finding, Look } from './finding.ts';

/** Where the record and the report go, and what a run uses meanwhile. */
export const lookAtFolders: Look = async () => {
  const here = await isWritable(process.cwd());
  const temporary = await isWritable(tmpdir());
  const findings: Finding[] = [];
  if (!here)
    findings.push({
      name: 'folder',
      status: 'warning',
      message: `${process.cwd()} cannot be written to, and runs go to ${runsFolder} in it`,
      mend: 'Name a folder that can with --out DIR.',
    });
  if (!temporary)
    findings.push({
      name: 'folder',
      status: 'missing',
      message: `${tmpdir()} cannot be written to, where a run notes what it uses`,
      mend: 'Set TMPDIR to a folder that can.',
    });
  return findings.length > 0 ? findings : [{ name: 'folder', status: 'ok', message: `runs go to ${runsFolder} here` }];
};

async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
