#!/usr/bin/env node
// Plain JavaScript that an old Node understands too: it has to say that it is too old.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `hitless needs Node 22.19 or newer, this is ${process.version}. In a checkout, "npm run hitless --" brings its own.`,
  );
  process.exitCode = 2;
} else {
  goWhereTheUserIs();
  await start();
}

/** npm runs its scripts in the package's folder and says in INIT_CWD where it was called: paths are meant from there. */
function goWhereTheUserIs() {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env;
  if (script === 'hitless' && folder) process.chdir(folder);
}

/** A checkout runs its sources; in a package there is only what was built of them (Node strips no types in node_modules). */
async function start() {
  const { existsSync } = await import('node:fs');
  const sources = new URL('../cli/main.ts', import.meta.url);
  const built = new URL('../dist/cli/main.js', import.meta.url);
  const { main } = await import(existsSync(sources) ? sources.href : built.href);
  await main(process.argv.slice(2));
}
