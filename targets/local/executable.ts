import { statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { HitlessError } from '../../record/error.ts';
import { isExecutableIn } from '../executable.ts';
import { replicaPath } from './environment.ts';

/** Throws where a command could not be started at all, and says what was looked for and where. */
export function requireExecutable(command: string, context: string, image: string): void {
  judgeContext(context, image);
  const isPath = command.includes('/');
  const folders = isPath ? [isAbsolute(command) ? '' : context] : replicaPath.split(delimiter).filter(Boolean);
  if (isExecutableIn(folders, command)) return;
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
