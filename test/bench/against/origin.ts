import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { versionOf } from '../../../cli/package-folder.ts';

/** Which machine gave a trial, and which hitless. */
export const OriginSchema = Type.Object({
  cpu: Type.String(),
  cores: Type.Integer({ minimum: 1 }),
  kernel: Type.String(),
  node: Type.String(),
  /** The last commit that changed what runs in a trial, or hitless's version where there is no repository. */
  hitless: Type.String(),
});
export type Origin = Static<typeof OriginSchema>;

const checkout = join(import.meta.dirname, '../../..');
/** What runs in a trial: a commit to the docs makes no other hitless. */
const runs = [
  'bin',
  'cli',
  'record',
  'reports',
  'runner',
  'targets',
  'package-lock.json',
  'test/bench/against/server.ts',
];

export function originNow(): Origin {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || 'unknown',
    cores: cores.length,
    kernel: release(),
    node: process.version,
    hitless: commit() ?? versionOf(),
  };
}

export function originText({ cpu, cores, kernel, node, hitless }: Origin): string {
  return `hitless ${hitless}, ${cores} x ${cpu}, kernel ${kernel}, Node ${node}`;
}

function commit(): string | null {
  const { status, stdout } = git('log', '-1', '--format=%h');
  if (status !== 0 || stdout.trim() === '') return null;
  const changes = git('diff', 'HEAD').stdout;
  const digest = createHash('sha256').update(changes).digest('hex').slice(0, 7);
  return `${stdout.trim()}${changes === '' ? '' : ` with changes ${digest}`}`;
}

function git(...words: string[]) {
  return spawnSync('git', [...words, '--', ...runs], { cwd: checkout, encoding: 'utf8', maxBuffer: 1e9 });
}
