import { readContainer } from './container.ts';
import { satisfies } from './labels.ts';
import type { Deployment, IntOrPercent, PodTemplate, Strategy } from './model.ts';
import { DeploymentSchema, type DeploymentYaml } from './schema.ts';
import { type ManifestObject, onlyOnCluster, usageError } from './source.ts';
import { validate } from './validate.ts';
import { type Referred, readMounts, readVolumes } from './volume.ts';

/** The API server's defaults: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
const defaults = { replicas: 1, rolling: '25%', progressDeadlineSeconds: 600, graceSeconds: 30 };

/** Judges one Deployment as the API server would, and fills in its defaults. */
export function readDeployment(object: ManifestObject, referred: Referred): Deployment {
  validate(object, DeploymentSchema);
  const { metadata, spec } = object.value as unknown as DeploymentYaml;
  const deployment: Deployment = {
    name: metadata.name,
    replicas: spec.replicas ?? defaults.replicas,
    selector: spec.selector,
    strategy: readStrategy(spec.strategy, object),
    minReadySeconds: spec.minReadySeconds ?? 0,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds,
    template: readTemplate(spec.template, referred, object),
    at: object.at,
  };
  judgeSelector(deployment);
  if (deployment.progressDeadlineSeconds <= deployment.minReadySeconds)
    throw usageError(
      'HITLESS_MANIFEST_VALUE',
      `progressDeadlineSeconds is ${deployment.progressDeadlineSeconds}, expected more than minReadySeconds (${deployment.minReadySeconds})`,
      object.at(['spec', spec.progressDeadlineSeconds === undefined ? 'minReadySeconds' : 'progressDeadlineSeconds']),
    );
  return deployment;
}

function readTemplate(
  yaml: DeploymentYaml['spec']['template'],
  referred: Referred,
  object: ManifestObject,
): PodTemplate {
  const path = ['spec', 'template', 'spec'];
  if ((yaml.spec.initContainers?.length ?? 0) > 0)
    throw onlyOnCluster('run initContainers', object.at([...path, 'initContainers']));
  const [container, second] = yaml.spec.containers;
  if (container === undefined || second !== undefined)
    throw onlyOnCluster(
      `run ${yaml.spec.containers.length} containers in a pod, only one`,
      object.at([...path, 'containers']),
    );
  const place = [...path, 'containers', 0];
  const volumes = readVolumes(yaml.spec, referred, object, path);
  const mounts = readMounts(container.volumeMounts ?? [], yaml.spec, object, place);
  return {
    labels: yaml.metadata?.labels ?? {},
    terminationGracePeriodSeconds: yaml.spec.terminationGracePeriodSeconds ?? defaults.graceSeconds,
    container: {
      ...readContainer(container, referred.configMaps, object, place),
      ...(mounts.length === 0 ? {} : { mounts }),
    },
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function readStrategy(yaml: DeploymentYaml['spec']['strategy'], object: ManifestObject): Strategy {
  const path = ['spec', 'strategy', 'rollingUpdate'];
  const fail = (message: string, field: string[]): never => {
    throw usageError('HITLESS_MANIFEST_STRATEGY', message, object.at([...path, ...field]));
  };
  if (yaml?.type === 'Recreate') {
    if (yaml.rollingUpdate !== undefined) fail('rollingUpdate may not be given when the strategy is Recreate', []);
    return { type: 'Recreate' };
  }
  const maxSurge = yaml?.rollingUpdate?.maxSurge ?? defaults.rolling;
  const maxUnavailable = yaml?.rollingUpdate?.maxUnavailable ?? defaults.rolling;
  if (amount(maxSurge) === 0 && amount(maxUnavailable) === 0)
    fail('maxUnavailable may not be 0 when maxSurge is 0: no replica could ever be replaced', ['maxUnavailable']);
  if (typeof maxUnavailable === 'string' && amount(maxUnavailable) > 100)
    fail(`maxUnavailable is ${maxUnavailable}, expected at most 100%`, ['maxUnavailable']);
  return { type: 'RollingUpdate', maxSurge, maxUnavailable };
}

function amount(value: IntOrPercent): number {
  return typeof value === 'number' ? value : Number.parseInt(value, 10);
}

function judgeSelector({ selector, template, at }: Deployment): void {
  const empty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0;
  if (empty)
    throw usageError(
      'HITLESS_MANIFEST_SELECTOR',
      'the selector is empty, expected matchLabels',
      at(['spec', 'selector']),
    );
  if (satisfies(selector, template.labels)) return;
  const labels = Object.entries(template.labels).map(([key, value]) => `${key}: ${value}`);
  throw usageError(
    'HITLESS_MANIFEST_SELECTOR',
    `the selector does not match the labels of the template (${labels.join(', ') || 'it has none'})`,
    at([
      'spec',
      'selector',
      'matchLabels',
      ...Object.keys(selector.matchLabels ?? {})
        .filter((key) => template.labels[key] !== selector.matchLabels?.[key])
        .slice(0, 1),
    ]),
  );
}
