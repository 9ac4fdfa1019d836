import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HitlessError } from '../../record/error.ts';
import { type Engine, openEngine } from '../docker/engine/engine.ts';
import type { AppSpec } from '../target.ts';

/** How images get to the nodes. */
export type Way =
  /** Pushed to `push/NAME`, named `pull/NAME` by the nodes. */
  | { kind: 'registry'; push: string; pull: string }
  | { kind: 'kind'; cluster: string }
  | { kind: 'minikube'; profile: string }
  /** The nodes have them, or find them by their own names. */
  | { kind: 'none' };

/**
 * The way that was asked for (`host:port/path`, `push=pull` where nodes call the registry otherwise, kind, minikube, none), or
 * that HITLESS_REGISTRY says, or CLUSTER_REGISTRY (of the cluster that comes with the tests), or that the name of the context tells.
 */
export function wayOfImages(asked: string | undefined, context: string, environment = process.env): Way {
  const said = asked ?? (environment.HITLESS_REGISTRY || environment.CLUSTER_REGISTRY || undefined);
  const kindCluster = /^kind-(.+)$/.exec(context)?.[1];
  if (said === 'none') return { kind: 'none' };
  if (said === 'kind' || (said === undefined && kindCluster !== undefined))
    return { kind: 'kind', cluster: kindCluster ?? 'kind' };
  if (said === 'minikube' || (said === undefined && context === 'minikube'))
    return { kind: 'minikube', profile: context || 'minikube' };
  if (said === undefined)
    throw new HitlessError('HITLESS_NO_REGISTRY', 'nobody said how images get to the nodes of the cluster', {
      blame: 'environment',
      hint: 'Say --registry HOST:PORT of a registry that they pull from, kind, minikube, or none where they have the images.',
    });
  const [push = '', pull = push, more] = said.split('=').map((part) => part.replace(/\/+$/, ''));
  const plain = /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?(\/[a-z0-9._/-]+)?$/;
  if (plain.test(push) && plain.test(pull) && more === undefined) return { kind: 'registry', push, pull };
  throw new HitlessError(
    'HITLESS_REGISTRY_NAME',
    `${said} names no registry, expected host:port, host/path, kind, minikube or none`,
    {
      blame: 'usage',
    },
  );
}

interface Bringing {
  images: AppSpec['images'];
  way: Way;
  signal: AbortSignal;
  onNotice(line: string): void;
}

/**
 * Builds all images and brings them to the nodes. Returns what the nodes are to call each: with the digest where there is one,
 * as a node that has a tag does not ask for it again. Rejects with what to do where there is no engine, no registry, or a build fails.
 */
export async function bringImages({ images, way, signal, onNotice }: Bringing): Promise<Map<string, string>> {
  const names = Object.keys(images);
  if (names.length === 0 || way.kind === 'none') return new Map();
  const engine = await openEngine();
  try {
    const brought = new Map<string, string>();
    for (const name of names) {
      onNotice(`building ${name}`);
      brought.set(name, await bring(engine, name, images[name] as AppSpec['images'][string], way, signal));
    }
    return brought;
  } finally {
    await engine.close();
  }
}

async function bring(
  engine: Engine,
  name: string,
  spec: AppSpec['images'][string],
  way: Way,
  signal: AbortSignal,
): Promise<string> {
  const { context, dockerfile, args, network } = spec;
  const build = (tag: string) =>
    engine.buildImage({
      context,
      tag,
      signal,
      ...(dockerfile !== undefined && { dockerfile }),
      ...(args !== undefined && { args }),
      ...(network !== undefined && { network }),
    });
  if (way.kind === 'registry') {
    await build(`${way.push}/${name}`);
    const digest = await engine.push(`${way.push}/${name}`, signal);
    return `${way.pull}/${name}@${digest}`;
  }
  const id = await build(name);
  // A node keeps what it has by a name: a name for each content, its tag as it is.
  const loaded = `hitless-${id.replace(/^sha256:/, '').slice(0, 12)}/${name}`;
  await engine.tag(name, loaded);
  if (way.kind === 'kind') await load('kind', ['load', 'docker-image', loaded, '--name', way.cluster], signal);
  if (way.kind === 'minikube') await load('minikube', ['--profile', way.profile, 'image', 'load', loaded], signal);
  return loaded;
}

const run = promisify(execFile);

async function load(file: string, words: string[], signal: AbortSignal): Promise<void> {
  try {
    await run(file, words, { signal });
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    const why =
      code === 'ENOENT' ? `there is no ${file} on the PATH` : (stderr?.trim().split('\n').at(-1) ?? String(cause));
    throw new HitlessError('HITLESS_IMAGE_LOAD', `${file} ${words.join(' ')}: ${why}`, {
      blame: 'environment',
      hint: 'Say --registry HOST:PORT where the nodes pull from a registry.',
      cause,
    });
  }
}
