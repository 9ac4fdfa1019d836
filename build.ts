import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from './cli/schemas.ts';

// What the package holds: Node strips no types below node_modules, so there the sources are JavaScript.
const root = import.meta.dirname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
mkdirSync(join(dist, 'schemas'));
for (const [name, schema] of Object.entries(schemas))
  writeFileSync(join(dist, 'schemas', `${name}.json`), `${JSON.stringify(schema(), null, 2)}\n`);
