import { nearest } from '../../record/nearest.ts';
import { readDeployment } from './deployment.ts';
import { selects } from './labels.ts';
import type { Deployment, Manifests, Service } from './model.ts';
import { readService } from './service.ts';
import { type ManifestObject, manifestFiles, readObjects, usageError } from './source.ts';

/** Kinds that run or route something, so that leaving one out deserves a louder line. */
const workloads = ['Pod', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Ingress'];

/**
 * Reads files and folders of plain Kubernetes YAML. Deployments and Services are judged and returned, other kinds are
 * noticed and skipped. Throws a HitlessError with blame `usage` and a place for the first thing that is wrong.
 */
export function readManifests(paths: readonly string[]): Manifests {
  const manifests: Manifests = { deployments: [], services: [], notices: [] };
  for (const file of manifestFiles(paths)) for (const object of readObjects(file)) take(object, manifests);
  for (const service of manifests.services) judgeTargets(service, manifests);
  return manifests;
}

function take(object: ManifestObject, { deployments, services, notices }: Manifests): void {
  const { kind, apiVersion } = object.value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    throw usageError(
      'HITLESS_MANIFEST_SHAPE',
      `expected an object with apiVersion and kind, ${typeof kind === 'string' ? 'apiVersion' : 'kind'} is missing`,
      object.at([]),
    );
  if (kind === 'Deployment') add(readDeployment(object), deployments, kind);
  else if (kind === 'Service') add(readService(object), services, kind);
  else skip(kind, object, notices);
}

function skip(kind: string, object: ManifestObject, notices: string[]): void {
  const meant = nearest(kind, ['Deployment', 'Service']);
  if (meant !== undefined && Math.abs(meant.length - kind.length) <= 1)
    throw usageError('HITLESS_MANIFEST_KIND', `unknown kind ${kind}: did you mean ${meant}?`, object.at(['kind']));
  const { file, line } = object.at([]);
  const louder = workloads.includes(kind) ? ' (local runs Deployments and Services only)' : '';
  notices.push(`${file}:${line}: skipped ${kind}${louder}`);
}

function add<T extends Deployment | Service>(found: T, all: T[], kind: string): void {
  const twin = all.find(({ name }) => name === found.name);
  if (twin !== undefined) {
    const { file, line } = twin.at(['metadata', 'name']);
    throw usageError(
      'HITLESS_MANIFEST_DUPLICATE',
      `a second ${kind} named ${found.name}, the first is at ${file}:${line}`,
      found.at(['metadata', 'name']),
    );
  }
  all.push(found);
}

/** A Service that selects nothing, or a port that nobody declares, is legal and shows in traffic: said here once. */
function judgeTargets(service: Service, { deployments, notices }: Manifests): void {
  const selected = deployments.filter(({ template }) => selects(service.selector, template.labels));
  const notice = (path: (string | number)[], text: string) => {
    const { file, line, column } = service.at(path);
    notices.push(`${file}:${line}:${column}: Service ${service.name}: ${text}`);
  };
  if (selected.length === 0) notice(['spec', 'selector'], 'its selector matches no pod of any Deployment');
  for (const [index, { targetPort }] of service.ports.entries()) {
    for (const { name, template } of selected) {
      const { ports } = template.container;
      const found = ports.some((port) => port.containerPort === targetPort || port.name === targetPort);
      const unknown = ports.length === 0 ? typeof targetPort === 'string' : !found;
      if (unknown) notice(['spec', 'ports', index, 'targetPort'], `${name} declares no containerPort ${targetPort}`);
    }
  }
}
