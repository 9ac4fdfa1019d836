import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a command is an executable file in one of the folders; '' is a folder for paths that are whole. */
export function isExecutableIn(folders: readonly string[], command: string): boolean {
  return folders.some((folder) => isExecutable(folder === '' ? command : join(folder, command)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
