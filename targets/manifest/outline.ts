import { type ManifestObject, manifestFiles, readObjects } from './source.ts';

/**
 * What manifests hold by name, for a target that has a judge of its own (the API server): fields are taken as they are
 * written, and what makes no sense is left out.
 */
export interface Outline {
  deployments: { name: string; replicas: number; images: string[]; labels: Record<string, string> }[];
  services: { name: string; selector: Record<string, string>; ports: { port: number }[] }[];
  /** Everything else, `StatefulSet db`. */
  others: string[];
}

/** Throws a HitlessError with its place where something is no YAML, or no object. */
export function readOutline(paths: readonly string[]): Outline {
  const objects = manifestFiles(paths).flatMap(readObjects);
  const of = (kind: string, group: RegExp) =>
    objects.filter(({ value }) => value.kind === kind && group.test(String(value.apiVersion)));
  const deployments = of('Deployment', /^apps\//);
  const services = of('Service', /^v1$/);
  return {
    deployments: deployments.map(deploymentOf),
    services: services.map(serviceOf),
    others: objects
      .filter((object) => !deployments.includes(object) && !services.includes(object))
      .map((object) => `${String(object.value.kind)} ${nameOf(object)}`),
  };
}

function deploymentOf(object: ManifestObject): Outline['deployments'][number] {
  const replicas = at(object.value, 'spec', 'replicas');
  const template = at(object.value, 'spec', 'template');
  const containers = at(template, 'spec', 'containers');
  const images = (Array.isArray(containers) ? containers : []).map((container) => at(container, 'image'));
  return {
    name: nameOf(object),
    replicas: typeof replicas === 'number' ? replicas : 1,
    images: images.filter((image) => typeof image === 'string'),
    labels: textsOf(at(template, 'metadata', 'labels')),
  };
}

function serviceOf(object: ManifestObject): Outline['services'][number] {
  const ports = at(object.value, 'spec', 'ports');
  const numbers = (Array.isArray(ports) ? ports : []).map((port) => at(port, 'port'));
  return {
    name: nameOf(object),
    selector: textsOf(at(object.value, 'spec', 'selector')),
    ports: numbers.filter((port) => typeof port === 'number').map((port) => ({ port })),
  };
}

function nameOf({ value }: ManifestObject): string {
  return String(at(value, 'metadata', 'name') ?? '');
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
  return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]));
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce(
    (here: unknown, key) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? (here as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
