import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { autocannon } from './autocannon.ts';
import { hey } from './hey.ts';
import { oha } from './oha.ts';
import type { Peer } from './peer.ts';
import { vegeta } from './vegeta.ts';
import { wrk } from './wrk.ts';

/** What is installed for the benchmarks alone stays here until node_modules goes. */
const cache = join(import.meta.dirname, '../../../node_modules/.cache/hitless-bench');
const binaries = join(cache, 'bin');

interface Wanted {
  name: string;
  peer(program: string): Peer;
  /** Puts it into `binaries`; absent where only the system's package manager has it. */
  install?: { command: string; args: readonly string[]; env?: Record<string, string> };
  hint: string;
}

const wanted: readonly Wanted[] = [
  { name: 'wrk', peer: wrk, hint: 'apt-get install wrk' },
  {
    name: 'oha',
    peer: oha,
    install: { command: 'cargo', args: ['install', '--locked', '--root', cache, 'oha@1.16.0'] },
    hint: '--install builds it with Cargo',
  },
  {
    name: 'vegeta',
    peer: vegeta,
    install: byGo('github.com/tsenart/vegeta/v12@v12.13.0'),
    hint: '--install builds it with Go',
  },
  {
    name: 'hey',
    peer: hey,
    install: byGo('github.com/rakyll/hey@v0.1.4'),
    hint: 'apt-get install hey, or --install with Go',
  },
];

/** Those that are on this machine, or with `installs` can be had; of each that is not, a line on the standard error. */
export function findPeers(installs: boolean): Peer[] {
  const found = wanted.flatMap((each) => {
    const program = placeOf(each.name) ?? (installs ? installed(each) : null);
    if (program === null) console.error(`left out: ${each.name}, which is not on this machine (${each.hint})`);
    return program === null ? [] : [each.peer(program)];
  });
  return [autocannon, ...found];
}

function installed({ name, install }: Wanted): string | null {
  if (install === undefined) return null;
  console.error(`installing ${name}: ${install.command} ${install.args.join(' ')}`);
  mkdirSync(binaries, { recursive: true });
  const { command, args, env } = install;
  spawnSync(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  return placeOf(name);
}

function placeOf(name: string): string | null {
  const folders = [binaries, ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((place) => existsSync(place)) ?? null;
}

function byGo(module: string): NonNullable<Wanted['install']> {
  return { command: 'go', args: ['install', module], env: { GOBIN: binaries } };
}
