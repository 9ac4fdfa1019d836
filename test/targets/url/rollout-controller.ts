import { kubectl } from './on-cluster.ts';

// Does to a Rollout what Argo's controller does to one with a canary and no steps: the same fields, and real ReplicaSets.
// node rollout-controller.ts NAMESPACE NAME VERSION [BEFORE]
// The controller itself is a program of its own, which not every cluster runs.
const [namespace = '', name = '', version = '', before] = process.argv.slice(2);
const here = (args: readonly string[], input?: string) => kubectl(['-n', namespace, ...args], input);

interface Rollout {
  metadata: { uid: string; generation: number };
  spec: { replicas: number; template: { metadata: { labels: Record<string, string> }; spec: object } };
}

const { metadata, spec } = JSON.parse(here(['get', 'rollout', name, '-o', 'json'])) as Rollout;
const { replicas, template } = spec;
const stable = before ?? version;

if (before !== undefined) {
  const annotations = { version };
  here([
    'patch',
    'rollout',
    name,
    '--type=merge',
    '-p',
    JSON.stringify({ spec: { template: { metadata: { annotations } } } }),
  ]);
  tell({ phase: 'Progressing', message: 'more replicas need to be updated', replicas, updatedReplicas: 0 });
}
here(['apply', '-f', '-'], JSON.stringify(replicaSet()));
here(['wait', `--for=jsonpath={.status.availableReplicas}=${replicas}`, `rs/${name}-${version}`, '--timeout=120s']);
if (before !== undefined) {
  tell({
    phase: 'Progressing',
    message: 'old replicas are pending termination',
    replicas: 2 * replicas,
    updatedReplicas: replicas,
  });
  here(['scale', `rs/${name}-${before}`, '--replicas=0']);
}
const all = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
tell({ ...all, phase: 'Healthy', message: '', stableRS: version });

function replicaSet(): object {
  const labels = { ...template.metadata.labels, 'rollouts-pod-template-hash': version };
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name, uid: metadata.uid, controller: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${name}-${version}`, labels, ownerReferences: [owner] },
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
  };
}

function tell(status: object): void {
  const { generation } = (JSON.parse(here(['get', 'rollout', name, '-o', 'json'])) as Rollout).metadata;
  const told = { observedGeneration: String(generation), currentPodHash: version, stableRS: stable, ...status };
  here(['patch', 'rollout', name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: told })]);
}
