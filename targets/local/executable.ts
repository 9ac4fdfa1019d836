import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { replicaPath } from './environment.ts';

/** Throws where a command could not be started at all, and says what was looked for and where. */
export function requireExecutable(command: string, context: string, image: string): void {
  judgeContext(context, image);
  const isPath = command.includes('/');
  const folders = isPath ? [isAbsolute(command) ? '' : context] : replicaPath.split(delimiter).filter(Boolean);
  if (folders.some((folder) => isExecutable(folder === '' ? command : join(folder, command)))) return;
  throw new HitlessError('HITLESS_COMMAND_MISSING', `${image} cannot be started: there is no executable ${command}`, {
    blame: 'environment',
    hint: isPath
      ? `Looked for ${isAbsolute(command) ? command : join(context, command)}.`
      : `Looked in ${folders.join(', ')}.`,
  });
}

function judgeContext(context: string, image: string): void {
  try {
    if (statSync(context).isDirectory()) return;
  } catch {
    // Not there: said below.
  }
  throw new HitlessError('HITLESS_CONTEXT_MISSING', `the context of ${image} is not a folder: ${context}`, {
    blame: 'usage',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
