import { delimiter } from 'node:path';
import { HitlessError } from '../record/error.ts';
import { isExecutableIn } from '../targets/executable.ts';

/** Throws HITLESS_NO_COMMAND where a command could not be started here: it is no path and not on PATH, or cannot be executed. */
export function requireCommand(command: string): void {
  const folders = command.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  if (isExecutableIn(folders, command)) return;
  throw new HitlessError('HITLESS_NO_COMMAND', `there is no executable ${command}`, {
    blame: 'environment',
    hint: command.includes('/')
      ? 'The path is taken from here; has the file the right to be executed?'
      : 'It is not on PATH. What a shell alone knows needs one: -- sh -c "..."',
  });
}
