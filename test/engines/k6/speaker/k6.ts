/**
 * A program that speaks k6's command line and writes k6's lines, made from k6's documentation for tests of ours; it is
 * not k6 and shares no code with it. `version` and `run` are there, with the flags and executors that tests use.
 *
 * K6_SPEAKER_VERSION would be k6's own name space, so what it is to be is said in SPEAKER_VERSION (v2.2.0 by default).
 */
import { existsSync } from 'node:fs';
import { flagsOf } from './flags.ts';
import { fail } from './log.ts';
import { run } from './run.ts';

const version = process.env.SPEAKER_VERSION ?? 'v2.2.0';
const [command = '', ...rest] = process.argv.slice(2);

if (command === 'version') {
  const told = { version, go_version: 'go1.26.5', go_os: 'linux', go_arch: 'amd64' };
  process.stdout.write(
    rest.includes('--json') ? `${JSON.stringify(told)}\n` : `k6 ${version} (go1.26.5, linux/amd64)\n`,
  );
} else if (command === 'run') {
  // Each K6_* variable is an option: a clean environment has none but those that are about k6 itself.
  const strange = Object.keys(process.env).find((name) => /^K6_(?!NO_USAGE_REPORT|AUTO_EXT|BINARY_PROV)/.test(name));
  if (strange !== undefined) fail(255, `the environment sets ${strange}`);
  const flags = flagsOf(rest, version);
  if (!existsSync(flags.script)) fail(255, `The moduleSpecifier "${flags.script}" couldn't be found on local disk.`);
  await run(flags, version);
} else fail(255, `unknown command "${command}" for "k6"`);
