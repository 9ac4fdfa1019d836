import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { HitlessError } from '../../../record/error.ts';
import { packContext } from './build-context.ts';
import { EngineRefusal, registryFault } from './fault.ts';
import type { EngineHttp } from './http.ts';
import { splitTag } from './image-name.ts';
import { type EngineMessage, jsonLines } from './messages.ts';
import { registryAuth } from './registry-auth.ts';

export interface BuildRequest {
  /** Absolute path of the folder whose files the build may use. */
  context: string;
  /** Relative to the context; `Dockerfile` where none is said. */
  dockerfile?: string;
  args?: Record<string, string>;
  /** By default the engine's own. */
  network?: 'host' | 'none';
  /** The name that the image gets, with its tag. */
  tag: string;
  labels?: Record<string, string>;
  signal?: AbortSignal;
  /** Each line that the build writes. */
  onLine?(line: string): void;
}

export interface ImageFacts {
  /** `sha256:...` of its configuration. */
  id: string;
  tags: string[];
  /** `name@sha256:...` for each registry that it was pushed to or pulled from. */
  digests: string[];
  labels: Record<string, string>;
  entrypoint: string[];
  command: string[];
  env: Record<string, string>;
  /** Container ports of EXPOSE. */
  ports: number[];
  bytes: number;
}

/** What can be done with images. All reject with a HitlessError. */
export interface Images {
  /** Builds an image from a folder; returns its id. A build that fails says its step and its last lines. */
  buildImage(request: BuildRequest): Promise<string>;
  /** Gives an image another name; where that was another image's it is so no more. */
  tag(image: string, name: string): Promise<void>;
  /** Pushes it to the registry that its name leads to; returns the digest there, `sha256:...`. */
  push(image: string, signal?: AbortSignal): Promise<string>;
  pull(image: string, signal?: AbortSignal): Promise<void>;
  /** Undefined where the engine does not have it. */
  inspectImage(image: string): Promise<ImageFacts | undefined>;
  /** Those that have these labels (`name` or `name=value`). */
  listImages(labels: readonly string[]): Promise<{ id: string; labels: Record<string, string> }[]>;
  /** What became of it: a name taken away, an image deleted. */
  removeImage(image: string, force?: boolean): Promise<{ untagged: string[]; deleted: string[] }>;
}

export function imagesOf(http: EngineHttp): Images {
  return {
    async buildImage({ context, dockerfile = 'Dockerfile', args = {}, network, tag, labels = {}, signal, onLine }) {
      const answer = await http.stream('POST', '/build', {
        query: {
          t: tag,
          dockerfile,
          buildargs: JSON.stringify(args),
          labels: JSON.stringify(labels),
          ...(network !== undefined && { networkmode: network }),
          rm: true,
          forcerm: true,
        },
        body: packContext(context, dockerfile),
        headers: { 'content-type': 'application/x-tar' },
        ...(signal === undefined ? {} : { signal }),
      });
      await followBuild(answer, tag, onLine);
      const { id } = (await inspectImage(tag)) ?? {};
      if (id === undefined) throw buildFault(tag, 'the engine ended the build without an image', '', []);
      return id;
    },

    async tag(image, name) {
      const { repository, tag } = splitTag(name);
      await http.json('POST', `${imagePath(image)}/tag`, { query: { repo: repository, tag } }).catch(noSuch(image));
    },

    async push(image, signal) {
      const { repository, tag } = splitTag(image);
      let digest: string | undefined;
      await transfer('push', image, `/images/${encodeURI(repository)}/push`, { tag }, signal, ({ aux }) => {
        digest = aux?.Digest ?? digest;
      });
      digest ??= (await inspectImage(image))?.digests.find((name) => name.startsWith(`${repository}@`))?.split('@')[1];
      if (digest === undefined) throw registryFault('push', image, 'the engine named no digest');
      return digest;
    },

    async pull(image, signal) {
      const { repository, tag } = splitTag(image);
      await transfer('pull', image, '/images/create', { fromImage: repository, tag }, signal, () => {});
    },

    inspectImage,

    async listImages(labels) {
      const query = { filters: JSON.stringify({ label: labels }) };
      const found = await http.json<{ Id: string; Labels: Record<string, string> | null }[]>('GET', '/images/json', {
        query,
      });
      return found.map(({ Id, Labels }) => ({ id: Id, labels: Labels ?? {} }));
    },

    async removeImage(image, force = false) {
      const changes = await http
        .json<{ Untagged?: string; Deleted?: string }[] | undefined>('DELETE', imagePath(image), { query: { force } })
        .catch(noSuch(image));
      return {
        untagged: (changes ?? []).flatMap(({ Untagged: name }) => name ?? []),
        deleted: (changes ?? []).flatMap(({ Deleted: id }) => id ?? []),
      };
    },
  };

  async function inspectImage(image: string): Promise<ImageFacts | undefined> {
    try {
      return factsOf(await http.json<RawImage>('GET', `${imagePath(image)}/json`));
    } catch (error) {
      if (error instanceof EngineRefusal && error.status === 404) return undefined;
      throw error;
    }
  }

  async function transfer(
    verb: 'pull' | 'push',
    image: string,
    path: string,
    query: Record<string, string>,
    signal: AbortSignal | undefined,
    each: (message: EngineMessage) => void,
  ): Promise<void> {
    const headers = { 'x-registry-auth': await registryAuth(image) };
    try {
      const stream = await http.stream('POST', path, { query, headers, ...(signal === undefined ? {} : { signal }) });
      for await (const message of jsonLines<EngineMessage>(stream)) {
        if (message.error !== undefined) throw registryFault(verb, image, message.error);
        each(message);
      }
    } catch (error) {
      if (error instanceof EngineRefusal) throw registryFault(verb, image, error.said);
      throw error;
    }
  }
}

const imagePath = (image: string) => `/images/${encodeURI(image)}`;

function noSuch(image: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof EngineRefusal)) throw error;
    const missing = error.status === 404;
    throw new HitlessError('HITLESS_IMAGE', missing ? `the engine has no image ${image}` : `${image}: ${error.said}`, {
      blame: 'environment',
      hint: missing ? '`docker images` lists those that it has.' : 'Containers may still use it: `docker ps -a`.',
    });
  };
}

/** As many lines as a person reads. */
const keptLines = 8;

/** Reads a build to its end; rejects with the step that failed and what it wrote. */
async function followBuild(answer: Readable, tag: string, onLine: (line: string) => void = () => {}): Promise<void> {
  let step = '';
  let lines: string[] = [];
  for await (const { stream = '', error } of jsonLines<EngineMessage>(answer)) {
    if (error !== undefined) throw buildFault(tag, error, step, lines);
    for (const line of stream.split('\n').map(plain)) {
      if (line === '') continue;
      onLine(line);
      if (isBookkeeping(line)) continue;
      const begins = /^step \d+(\/\d+)? ?:/i.test(line);
      if (begins) step = line;
      lines = begins ? [] : [...lines, line].slice(-keptLines);
    }
  }
}

/** What the engine does with its layers explains no failure. */
function isBookkeeping(line: string): boolean {
  return line.startsWith(' --->') || line.startsWith('Removing intermediate container');
}

function plain(line: string): string {
  return stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, '')
    .trimEnd()
    .slice(0, 200);
}

function buildFault(tag: string, said: string, step: string, lines: readonly string[]): HitlessError {
  const at = step === '' ? '' : ` at ${step}`;
  const words = [...lines, plain(said)].join('\n  ');
  return new HitlessError('HITLESS_BUILD', `${tag} cannot be built${at}\n  ${words}`, {
    blame: 'usage',
    hint: 'Mend its Dockerfile, or build it by hand with `docker build` to see all that is written.',
  });
}

interface RawImage {
  Id: string;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
  Size?: number;
  Config?: {
    Labels?: Record<string, string> | null;
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    Env?: string[] | null;
    ExposedPorts?: Record<string, unknown> | null;
  } | null;
}

function factsOf({ Id, RepoTags, RepoDigests, Size, Config }: RawImage): ImageFacts {
  return {
    id: Id,
    tags: RepoTags ?? [],
    digests: RepoDigests ?? [],
    labels: Config?.Labels ?? {},
    entrypoint: Config?.Entrypoint ?? [],
    command: Config?.Cmd ?? [],
    env: Object.fromEntries((Config?.Env ?? []).map((entry) => [entry.split('=')[0], entry.replace(/^[^=]*=?/, '')])),
    ports: Object.keys(Config?.ExposedPorts ?? {}).map(Number.parseFloat),
    bytes: Size ?? 0,
  };
}
