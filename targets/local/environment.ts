import { homedir, hostname, tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { expand } from '../controller/expansion.ts';
import { runVariable } from '../lease.ts';
import type { Container } from '../manifest/model.ts';
import type { ImageSpec } from '../target.ts';

/** The PATH of replicas: `node` is the one that runs hitless, whatever the machine has. */
export const replicaPath = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);

interface Pod {
  name: string;
  runId: string;
  /** Where it may listen; comes as PORT, and wins over what the manifest says. */
  port: number;
  /** Where each Service is, by name. */
  services?: ReadonlyMap<string, URL>;
}

/** The environment of a container: what an image and a manifest say, and what a container gets anyway. Nothing of the user's own. */
export function environmentOf(container: Container, image: ImageSpec, pod: Pod): Record<string, string> {
  const base = {
    PATH: replicaPath,
    HOME: homedir(),
    TMPDIR: tmpdir(),
    // npm asks its registry for news of itself otherwise, and is slower.
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    ...image.env,
  };
  const environment: Record<string, string> = { ...base, ...linksTo(pod.services ?? new Map()), HOSTNAME: pod.name };
  const fields = {
    'metadata.name': pod.name,
    'metadata.namespace': 'default',
    'spec.nodeName': hostname(),
    'status.podIP': '127.0.0.1',
  };
  for (const { name, source } of container.env)
    environment[name] = 'field' in source ? fields[source.field] : expand(source.value, environment);
  return { ...environment, PORT: String(pod.port), [runVariable]: pod.runId };
}

/** As a container finds the Services of its namespace (makeLinkVariables' first two, pkg/kubelet/envvars). There are no names to look up here. */
function linksTo(services: ReadonlyMap<string, URL>): Record<string, string> {
  const links = [...services].flatMap(([name, { hostname, port }]) => {
    const prefix = name.toUpperCase().replaceAll('-', '_');
    return [
      [`${prefix}_SERVICE_HOST`, hostname],
      [`${prefix}_SERVICE_PORT`, port],
    ];
  });
  return Object.fromEntries(links);
}

/**
 * What a container runs: `command` of the manifest replaces the image's entry point, `args` what comes after it. An
 * ImageSpec's command stands for the image's CMD.
 */
export function commandOf(container: Container, image: ImageSpec, environment: Record<string, string>): string[] {
  const words =
    container.command === undefined || container.command.length === 0
      ? (container.args ?? image.command ?? [])
      : [...container.command, ...(container.args ?? [])];
  return words.map((word) => expand(word, environment));
}
