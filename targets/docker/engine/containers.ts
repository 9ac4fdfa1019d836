import type { Readable } from 'node:stream';
import { HitlessError } from '../../../record/error.ts';
import { type ContainerFacts, factsOf, type RawContainer } from './container-facts.ts';
import { EngineRefusal } from './fault.ts';
import type { EngineHttp } from './http.ts';
import { frames, type StreamName } from './raw-stream.ts';
import { type ContainerStats, type RawStats, statsOf } from './stats.ts';

export interface ContainerRequest {
  name?: string;
  image: string;
  /** In place of the image's ENTRYPOINT; its CMD is not used then. */
  entrypoint?: readonly string[];
  /** In place of the image's CMD. */
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  hostname?: string;
  /** A network's name; `container:ID` for that of another container. */
  network?: string;
  /** Published on 127.0.0.1, at a port of the host or at any free one (0). */
  publish?: readonly { containerPort: number; hostPort: number }[];
  /** Volumes and folders as `docker run -v` takes them: `name-or-path:/path[:ro]`. */
  binds?: readonly string[];
  /** Folders in memory. */
  tmpfs?: readonly string[];
}

export interface ContainerSummary {
  id: string;
  names: string[];
  image: string;
  state: string;
  status: string;
  labels: Record<string, string>;
}

export interface LogChunk {
  name: StreamName;
  chunk: Buffer;
}

/** What can be done with containers. All reject with a HitlessError; `id` may be a name. */
export interface Containers {
  /** Returns its id. */
  createContainer(request: ContainerRequest): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** SIGTERM (or what the image says), and SIGKILL after so many seconds: `docker stop`. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  /** Sends a signal; nothing where it does not run. */
  killContainer(id: string, signal: string): Promise<void>;
  /** Undefined where there is none. */
  inspectContainer(id: string): Promise<ContainerFacts | undefined>;
  /** Resolves with its exit code when it does not run any more; ask after its start. */
  waitContainer(id: string, signal?: AbortSignal): Promise<number>;
  logs(id: string, options?: { follow?: boolean; signal?: AbortSignal }): AsyncIterable<LogChunk>;
  exec(
    id: string,
    command: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Unpacks a tar into a folder of its, volumes included. */
  copyInto(id: string, folder: string, tar: Readable): Promise<void>;
  /** Undefined where it does not run. */
  containerStats(id: string, signal: AbortSignal): Promise<ContainerStats | undefined>;
  /** With its anonymous volumes, also while it runs; nothing where there is none. */
  removeContainer(id: string): Promise<void>;
  /** All, also those that have ended, that have these labels (`name` or `name=value`). */
  listContainers(labels?: readonly string[]): Promise<ContainerSummary[]>;
}

/** A command that writes without end must not fill the memory. */
const maxOutput = 64 * 1024;

export function containersOf(http: EngineHttp): Containers {
  return {
    async createContainer(request) {
      const { name, image } = request;
      const { Id: id } = await http
        .json<{ Id: string }>('POST', '/containers/create', {
          query: { name },
          body: creationOf(request),
        })
        .catch(fault('be created', image));
      return id;
    },

    async startContainer(id) {
      await http.json('POST', `/containers/${id}/start`).catch(fault('be started', id));
    },

    async stopContainer(id, graceSeconds) {
      const stream = await http
        .stream('POST', `/containers/${id}/stop`, { query: { t: graceSeconds } })
        .catch(fault('be stopped', id));
      stream.resume();
    },

    async killContainer(id, signal) {
      await http.json('POST', `/containers/${id}/kill`, { query: { signal } }).catch(unless([404, 409], id));
    },

    async inspectContainer(id) {
      try {
        return factsOf(await http.json<RawContainer>('GET', `/containers/${id}/json`));
      } catch (error) {
        if (error instanceof EngineRefusal && error.status === 404) return undefined;
        throw error;
      }
    },

    async waitContainer(id, signal) {
      const query = { condition: 'not-running' };
      const stream = await http.stream('POST', `/containers/${id}/wait`, { query, ...(signal && { signal }) });
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
      return (JSON.parse(Buffer.concat(chunks).toString('utf8')) as { StatusCode: number }).StatusCode;
    },

    async *logs(id, { follow = false, signal } = {}) {
      const query = { stdout: true, stderr: true, follow };
      const stream = await http.stream('GET', `/containers/${id}/logs`, { query, ...(signal && { signal }) });
      yield* frames(stream);
    },

    async exec(id, command, signal) {
      const body = { AttachStdout: true, AttachStderr: true, Cmd: command };
      const { Id: exec } = await http
        .json<{ Id: string }>('POST', `/containers/${id}/exec`, { body })
        .catch(fault('run a command', id));
      const stream = await http
        .stream('POST', `/exec/${exec}/start`, { body: { Detach: false, Tty: false }, ...(signal && { signal }) })
        .catch(fault('run a command', id));
      const output = { stdout: '', stderr: '' };
      for await (const { name, chunk } of frames(stream))
        output[name] = (output[name] + chunk.toString('utf8')).slice(0, maxOutput);
      const { ExitCode: code } = await http.json<{ ExitCode: number | null }>('GET', `/exec/${exec}/json`);
      return { code: code ?? -1, ...output };
    },

    async copyInto(id, folder, tar) {
      const headers = { 'content-type': 'application/x-tar' };
      await http
        .json('PUT', `/containers/${id}/archive`, { query: { path: folder }, headers, body: tar })
        .catch(fault('be filled', id));
    },

    async containerStats(id, signal) {
      const query = { stream: false, 'one-shot': true };
      try {
        return statsOf(await http.json<RawStats>('GET', `/containers/${id}/stats`, { query, signal }));
      } catch (error) {
        if (error instanceof EngineRefusal && [404, 409].includes(error.status)) return undefined;
        throw error;
      }
    },

    async removeContainer(id) {
      await http.json('DELETE', `/containers/${id}`, { query: { force: true, v: true } }).catch(unless([404, 409], id));
    },

    async listContainers(labels = []) {
      const query = { all: true, filters: JSON.stringify({ label: labels }) };
      const found = await http.json<RawSummary[]>('GET', '/containers/json', { query });
      return found.map(({ Id, Names, Image, State, Status, Labels }) => ({
        id: Id,
        names: (Names ?? []).map((name) => name.replace(/^\//, '')),
        image: Image,
        state: State,
        status: Status,
        labels: Labels ?? {},
      }));
    },
  };
}

function creationOf(request: ContainerRequest): object {
  const {
    image,
    entrypoint,
    command,
    env = {},
    labels = {},
    hostname,
    network,
    publish = [],
    binds,
    tmpfs = [],
  } = request;
  const bindings = publish.map(({ containerPort, hostPort }) => [
    `${containerPort}/tcp`,
    [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }],
  ]);
  return {
    Image: image,
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(command && { Cmd: command }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
    ...(hostname && { Hostname: hostname }),
    ExposedPorts: Object.fromEntries(publish.map(({ containerPort }) => [`${containerPort}/tcp`, {}])),
    HostConfig: {
      ...(network && { NetworkMode: network }),
      PortBindings: Object.fromEntries(bindings),
      ...(binds && { Binds: binds }),
      Tmpfs: Object.fromEntries(tmpfs.map((path) => [path, ''])),
    },
  };
}

function fault(what: string, of: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof EngineRefusal)) throw error;
    if (/no such image/i.test(error.said))
      throw new HitlessError('HITLESS_IMAGE', `the engine has no image ${of}`, {
        blame: 'environment',
        hint: 'Pull it, or have it built.',
      });
    const taken = /port is already allocated|address already in use/i.test(error.said);
    throw new HitlessError('HITLESS_CONTAINER', `${of} cannot ${what}: ${error.said}`, {
      blame: 'environment',
      hint: taken ? 'Stop what uses that port, or choose another one.' : 'The engine said no more than that.',
    });
  };
}

function unless(statuses: readonly number[], of: string): (error: unknown) => void {
  return (error) => {
    if (error instanceof EngineRefusal && statuses.includes(error.status)) return;
    fault('be changed', of)(error);
  };
}

interface RawSummary {
  Id: string;
  Names: string[] | null;
  Image: string;
  State: string;
  Status: string;
  Labels: Record<string, string> | null;
}
