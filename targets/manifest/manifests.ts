import { nearest } from '../../record/nearest.ts';
import { readConfigMap } from './config-map.ts';
import { readDeployment } from './deployment.ts';
import { selects } from './labels.ts';
import type { Deployment, Manifests, Service } from './model.ts';
import { readService } from './service.ts';
import { type ManifestObject, manifestFiles, readObjects, usageError } from './source.ts';
import { readClaim } from './volume.ts';

/** Kinds that are read. */
const kinds = ['Deployment', 'Service', 'PersistentVolumeClaim', 'ConfigMap'];

/** Kinds that run or route something, so that leaving one out deserves a louder line. */
const workloads = ['Pod', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Ingress'];

/**
 * Reads files and folders of plain Kubernetes YAML. Deployments and Services are judged and returned, with the
 * PersistentVolumeClaims and ConfigMaps that they refer to; other kinds are noticed and skipped. Throws a HitlessError
 * with blame `usage` and a place for the first thing that is wrong.
 */
export function readManifests(paths: readonly string[]): Manifests {
  const notices: string[] = [];
  const objects = manifestFiles(paths).flatMap(readObjects);
  for (const object of objects) judgeKind(object, notices);
  const read = <T extends Named>(kind: string, reader: (object: ManifestObject) => T) =>
    unique(kind, objects.filter(({ value }) => value.kind === kind).map(reader));
  const referred = { claims: read('PersistentVolumeClaim', readClaim), configMaps: read('ConfigMap', readConfigMap) };
  const deployments = read('Deployment', (object) => readDeployment(object, referred));
  const services = read('Service', readService);
  for (const service of services) judgeTargets(service, deployments, notices);
  return { deployments, services, claims: referred.claims, notices };
}

function judgeKind(object: ManifestObject, notices: string[]): void {
  const { kind, apiVersion } = object.value;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string')
    throw usageError(
      'HITLESS_MANIFEST_SHAPE',
      `expected an object with apiVersion and kind, ${typeof kind === 'string' ? 'apiVersion' : 'kind'} is missing`,
      object.at([]),
    );
  if (!kinds.includes(kind)) skip(kind, object, notices);
}

function skip(kind: string, object: ManifestObject, notices: string[]): void {
  const meant = nearest(kind, kinds);
  if (meant !== undefined && Math.abs(meant.length - kind.length) <= 1)
    throw usageError('HITLESS_MANIFEST_KIND', `unknown kind ${kind}: did you mean ${meant}?`, object.at(['kind']));
  const { file, line } = object.at([]);
  const louder = workloads.includes(kind) ? ' (only kubernetes does that, local and docker run Deployments)' : '';
  notices.push(`${file}:${line}: skipped ${kind}${louder}`);
}

type Named = Pick<Deployment, 'name' | 'at'>;

function unique<T extends Named>(kind: string, all: T[]): T[] {
  for (const [index, { name, at }] of all.entries()) {
    const first = all.findIndex((other) => other.name === name);
    if (first === index) continue;
    const { file, line } = (all[first] as T).at(['metadata', 'name']);
    throw usageError(
      'HITLESS_MANIFEST_DUPLICATE',
      `a second ${kind} named ${name}, the first is at ${file}:${line}`,
      at(['metadata', 'name']),
    );
  }
  return all;
}

/** A Service that selects nothing, or a port that nobody declares, is legal and shows in traffic: said here once. */
function judgeTargets(service: Service, deployments: readonly Deployment[], notices: string[]): void {
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
