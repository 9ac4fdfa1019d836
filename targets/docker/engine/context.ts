import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitlessError } from '../../../record/error.ts';
import { meantOrKnown } from '../../../record/nearest.ts';
import { certificates, type EngineAddress } from './address.ts';

/** Docker keeps a context in a folder that is called by the hash of its name (cli/context/store in docker/cli). */
const idOf = (name: string) => createHash('sha256').update(name).digest('hex');

interface Meta {
  Name?: string;
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/** The context that `docker context use` chose; undefined where none was. */
export function currentContext(folder: string): string | undefined {
  const { currentContext: name } = (readJson(join(folder, 'config.json')) ?? {}) as { currentContext?: unknown };
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Where the engine of a context is. */
export function contextAddress(name: string, folder: string): EngineAddress {
  const contexts = join(folder, 'contexts');
  const meta = readJson(join(contexts, 'meta', idOf(name), 'meta.json')) as Meta | undefined;
  if (meta === undefined) {
    const known = ['default', ...knownContexts(contexts)];
    throw new HitlessError(
      'HITLESS_DOCKER_CONTEXT',
      `there is no docker context ${name}: ${meantOrKnown(name, known)}`,
      {
        blame: 'environment',
        hint: '`docker context ls` lists them.',
      },
    );
  }
  const { Host: host, SkipTLSVerify: insecure } = meta.Endpoints?.docker ?? {};
  if (!host)
    throw new HitlessError('HITLESS_DOCKER_CONTEXT', `the docker context ${name} has no docker endpoint`, {
      blame: 'environment',
      hint: `\`docker context inspect ${name}\` shows what it has.`,
    });
  const files = certificates(join(contexts, 'tls', idOf(name), 'docker'));
  const tls = { ...files, ...(insecure ? { insecure } : {}) };
  const address = { host, source: `the docker context ${name}` };
  return Object.keys(tls).length === 0 ? address : { ...address, tls };
}

function knownContexts(contexts: string): string[] {
  try {
    return readdirSync(join(contexts, 'meta')).flatMap((id) => {
      const meta = readJson(join(contexts, 'meta', id, 'meta.json')) as Meta | undefined;
      return meta?.Name ?? [];
    });
  } catch {
    return [];
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
