import { meantOrKnown } from '../../record/nearest.ts';
import { readEnvironment } from './environment.ts';
import type { ConfigMap, Container, Hook, HttpGet, Probe, ProbeAction } from './model.ts';
import type { ContainerYaml, HookYaml, HttpGetYaml, ProbeYaml } from './schema.ts';
import { type FieldPath, type ManifestObject, onlyOnCluster, usageError } from './source.ts';

/** One container of a pod template, its defaults filled in as the API server does. */
export function readContainer(
  yaml: ContainerYaml,
  configMaps: readonly ConfigMap[],
  object: ManifestObject,
  path: FieldPath,
): Container {
  const fail = (message: string, field: FieldPath): never => {
    throw usageError('HITLESS_MANIFEST_CONTAINER', message, object.at([...path, ...field]));
  };
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe'] as const)
    if (yaml[probe]?.grpc !== undefined)
      throw onlyOnCluster(
        'do grpc probes, only httpGet, tcpSocket and exec',
        object.at([...path, probe, 'grpc']),
        'HITLESS_MANIFEST_CONTAINER',
      );
  if (yaml.image === undefined) return fail(`the container ${yaml.name} has no image`, []);
  const ports = (yaml.ports ?? []).map(({ name, containerPort }) => ({
    ...(name === undefined ? {} : { name }),
    containerPort,
  }));
  const portOf = (port: number | string, field: FieldPath): number => {
    if (typeof port === 'number') return port;
    const named = ports.find(({ name }) => name === port);
    if (named !== undefined) return named.containerPort;
    const names = ports.flatMap(({ name }) => (name === undefined ? [] : [name]));
    return fail(`no containerPort is named ${port}: ${meantOrKnown(port, names)}`, field);
  };
  const probe = (field: 'readinessProbe' | 'livenessProbe' | 'startupProbe') =>
    readProbe(yaml[field], field, portOf, fail);
  const parts = {
    command: yaml.command,
    args: yaml.args,
    readiness: probe('readinessProbe'),
    liveness: probe('livenessProbe'),
    startup: probe('startupProbe'),
    preStop: readHook(yaml.lifecycle?.preStop, portOf, fail),
  };
  const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  const env = readEnvironment(yaml, configMaps, object, path);
  return { name: yaml.name, image: yaml.image, env, ports, ...(given as Partial<Container>) };
}

type Fail = (message: string, field: FieldPath) => never;
type PortOf = (port: number | string, field: FieldPath) => number;

function readHttpGet(yaml: HttpGetYaml, port: number): HttpGet {
  return {
    path: yaml.path ?? '/',
    port,
    ...(yaml.host === undefined ? {} : { host: yaml.host }),
    scheme: yaml.scheme ?? 'HTTP',
    headers: yaml.httpHeaders ?? [],
  };
}

function readProbe(yaml: ProbeYaml | undefined, name: string, portOf: PortOf, fail: Fail): Probe | undefined {
  if (yaml === undefined) return undefined;
  const given = (['httpGet', 'tcpSocket', 'exec'] as const).filter((kind) => yaml[kind] !== undefined);
  if (given.length !== 1)
    return fail(`${name} needs exactly one of httpGet, tcpSocket and exec, it has ${given.join(' and ') || 'none'}`, [
      name,
    ]);
  if (name !== 'readinessProbe' && (yaml.successThreshold ?? 1) !== 1)
    return fail(`${name}.successThreshold is ${yaml.successThreshold}, expected 1`, [name, 'successThreshold']);
  if (name === 'readinessProbe' && yaml.terminationGracePeriodSeconds !== undefined)
    return fail('a readinessProbe has no terminationGracePeriodSeconds', [name, 'terminationGracePeriodSeconds']);
  return {
    action: readAction(yaml, name, portOf),
    initialDelaySeconds: yaml.initialDelaySeconds ?? 0,
    periodSeconds: yaml.periodSeconds ?? 10,
    timeoutSeconds: yaml.timeoutSeconds ?? 1,
    successThreshold: yaml.successThreshold ?? 1,
    failureThreshold: yaml.failureThreshold ?? 3,
    ...(yaml.terminationGracePeriodSeconds === undefined
      ? {}
      : { terminationGracePeriodSeconds: yaml.terminationGracePeriodSeconds }),
  };
}

function readAction(yaml: ProbeYaml, name: string, portOf: PortOf): ProbeAction {
  if (yaml.httpGet !== undefined)
    return {
      kind: 'httpGet',
      httpGet: readHttpGet(yaml.httpGet, portOf(yaml.httpGet.port, [name, 'httpGet', 'port'])),
    };
  if (yaml.tcpSocket === undefined) return { kind: 'exec', command: yaml.exec?.command ?? [] };
  const { port, host } = yaml.tcpSocket;
  return {
    kind: 'tcpSocket',
    port: portOf(port, [name, 'tcpSocket', 'port']),
    ...(host === undefined ? {} : { host }),
  };
}

function readHook(yaml: HookYaml | undefined, portOf: PortOf, fail: Fail): Hook | undefined {
  if (yaml === undefined) return undefined;
  const path = ['lifecycle', 'preStop'];
  const given = (['exec', 'httpGet', 'sleep'] as const).filter((kind) => yaml[kind] !== undefined);
  if (given.length !== 1 || yaml.tcpSocket !== undefined)
    return fail(`preStop needs exactly one of exec, httpGet and sleep, it has ${given.join(' and ') || 'none'}`, path);
  if (yaml.sleep !== undefined) return { kind: 'sleep', seconds: yaml.sleep.seconds };
  if (yaml.exec !== undefined) return { kind: 'exec', command: yaml.exec.command };
  const httpGet = yaml.httpGet as HttpGetYaml;
  return { kind: 'httpGet', httpGet: readHttpGet(httpGet, portOf(httpGet.port, [...path, 'httpGet', 'port'])) };
}
