import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HitlessError } from '../../../record/error.ts';
import { contextAddress, currentContext } from './context.ts';

/** Certificates for an engine that is reached by TCP. */
export interface EngineTls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  /** The engine's own certificate is not verified: a context says so. */
  insecure?: boolean;
}

/** Where a Docker Engine API is served. */
export interface EngineAddress {
  /** As docker writes it: `unix:///var/run/docker.sock`, `tcp://host:2376`. */
  host: string;
  /** Who said so, for messages: `DOCKER_HOST`, `the docker context colima`. */
  source: string;
  tls?: EngineTls;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const dockerSocket = '/var/run/docker.sock';

/**
 * The engine that the docker command would speak to: the context that was asked for, DOCKER_HOST, DOCKER_CONTEXT, the
 * current context of docker's config.json, the default socket (resolveContextName in docker/cli, cli/command/cli.go).
 * Where nothing was said and that socket is not there: a rootless dockerd's, then podman's.
 *
 * @throws HitlessError HITLESS_DOCKER_CONTEXT where a context is not there or leads nowhere
 */
export function findEngine(asked: string | undefined, environment: Environment = process.env): EngineAddress {
  const folder = environment.DOCKER_CONFIG || join(homedir(), '.docker');
  if (asked === undefined && environment.DOCKER_HOST) return fromVariable(environment.DOCKER_HOST, folder, environment);
  const name = asked ?? (environment.DOCKER_CONTEXT || currentContext(folder));
  if (name !== undefined && name !== 'default') return contextAddress(name, folder);
  return fromSocket(environment);
}

function fromVariable(host: string, folder: string, environment: Environment): EngineAddress {
  const address = { host, source: 'DOCKER_HOST' };
  if (!environment.DOCKER_TLS_VERIFY) return address;
  return { ...address, tls: certificates(environment.DOCKER_CERT_PATH || folder) };
}

/** ca.pem, cert.pem and key.pem of a folder, those that are there. */
export function certificates(folder: string): EngineTls {
  return Object.fromEntries(
    (['ca', 'cert', 'key'] as const)
      .map((name) => [name, join(folder, `${name}.pem`)] as const)
      .filter(([, file]) => existsSync(file))
      .map(([name, file]) => [name, readFileSync(file)]),
  );
}

function fromSocket({ XDG_RUNTIME_DIR: own }: Environment): EngineAddress {
  const others = [
    ...(own ? [`${own}/docker.sock`] : []),
    '/run/podman/podman.sock',
    ...(own ? [`${own}/podman/podman.sock`] : []),
  ];
  const found = [dockerSocket, ...others].find((socket) => existsSync(socket)) ?? dockerSocket;
  return { host: `unix://${found}`, source: found === dockerSocket ? 'the default' : 'the only socket there is' };
}

/** How to connect to it. Throws where its scheme is none that we speak. */
export function dialOf({ host, source, tls }: EngineAddress): { origin: string; socketPath?: string } {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === 'unix') return { origin: 'http://docker', socketPath: rest };
  if (scheme === 'npipe') return { origin: 'http://docker', socketPath: rest };
  const secure = tls !== undefined || scheme === 'https';
  const isTcp = scheme === 'tcp' || scheme === 'http' || scheme === 'https';
  if (isTcp && URL.canParse(`tcp://${rest}`))
    return { origin: `${secure ? 'https' : 'http'}://${withPort(rest, secure)}` };
  const { hint, message } =
    scheme === 'ssh'
      ? {
          message: `${source} says ${host}: engines are not reached over ssh`,
          hint: `Forward its socket, and set DOCKER_HOST to it: ssh -NL /tmp/docker.sock:${dockerSocket} ${rest}`,
        }
      : {
          message: `${source} says ${host}, which is no address of a Docker engine`,
          hint: 'It is unix:///path/to/docker.sock, or tcp://host:port.',
        };
  throw new HitlessError('HITLESS_DOCKER_ADDRESS', message, { blame: 'environment', hint });
}

/** docker's own ports, where none is said. */
function withPort(rest: string, secure: boolean): string {
  const host = rest.replace(/\/.*$/, '');
  return /:\d+$/.test(host) ? host : `${host}:${secure ? 2376 : 2375}`;
}
