import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the Go program in the folder `name` beside this file into `folder`; gives back where it is. */
export function buildGo(name: string, folder: string): string {
  const binary = join(folder, name);
  const built = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: join(import.meta.dirname, name),
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error(`go build of ${name} failed: the benchmarks need Go`);
  return binary;
}
