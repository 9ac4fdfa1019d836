import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { checkout } from '../e2e/run-cli.ts';

/**
 * hitless as its users have it: packed, and unpacked where npm would put it below the folder, beside what it depends on.
 * Links in place of an install: nothing is downloaded. Returns where its command line is.
 */
export function unpackInto(folder: string): string {
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) };
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: checkout, env });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'hitless'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', join(modules, 'hitless'), '--strip-components=1']);
  for (const name of readdirSync(join(checkout, 'node_modules')).filter((one) => !one.startsWith('.')))
    symlinkSync(join(checkout, 'node_modules', name), join(modules, name));
  return join(modules, 'hitless/bin/hitless.js');
}
