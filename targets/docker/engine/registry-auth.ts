import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './address.ts';
import { dockerHub, registryOf } from './image-name.ts';

interface Config {
  auths?: Record<string, { auth?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

/**
 * The X-Registry-Auth header for an image: what `docker login` has kept for its registry, in config.json or with one of
 * docker's credential helpers; an empty one where there is nothing. It is a secret: never show it.
 */
export async function registryAuth(image: string, environment: Environment = process.env): Promise<string> {
  const registry = registryOf(image);
  const key = registry === dockerHub ? 'https://index.docker.io/v1/' : registry;
  const config = readConfig(environment.DOCKER_CONFIG || join(homedir(), '.docker'));
  const helper = config.credHelpers?.[registry] ?? config.credsStore;
  const login = (helper === undefined ? undefined : await fromHelper(helper, key)) ?? fromFile(config, registry, key);
  return Buffer.from(JSON.stringify(login ?? {})).toString('base64url');
}

function readConfig(folder: string): Config {
  try {
    return JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config;
  } catch {
    return {};
  }
}

function fromFile({ auths = {} }: Config, registry: string, key: string): object | undefined {
  const found = auths[key] ?? auths[registry] ?? auths[`https://${registry}`];
  if (found?.identitytoken) return { identitytoken: found.identitytoken, serveraddress: key };
  if (!found?.auth) return undefined;
  const [username = '', ...password] = Buffer.from(found.auth, 'base64').toString('utf8').split(':');
  return { username, password: password.join(':'), serveraddress: key };
}

/** github.com/docker/docker-credential-helpers: the registry on stdin, the login as JSON on stdout. */
function fromHelper(helper: string, key: string): Promise<object | undefined> {
  const { promise, resolve } = Promise.withResolvers<object | undefined>();
  const child = spawn(`docker-credential-${helper}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], timeout: 20_000 });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  child.once('error', () => resolve(undefined));
  child.stdin.on('error', () => {});
  child.once('close', (code) => {
    try {
      const { Username: username, Secret: secret } = JSON.parse(code === 0 ? said : '') as Record<string, string>;
      const login = username === '<token>' ? { identitytoken: secret } : { username, password: secret };
      resolve({ ...login, serveraddress: key });
    } catch {
      resolve(undefined);
    }
  });
  child.stdin.end(key);
  return promise;
}
