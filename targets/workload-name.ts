import { HitlessError } from '../record/error.ts';
import { meantOrKnown } from '../record/nearest.ts';
import type { Workload, WorkloadKind } from '../record/workload.ts';

/** As kubectl takes them: the kind, its plural, its short name. */
const spellings: Readonly<Record<string, WorkloadKind>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
  rollout: 'Rollout',
  rollouts: 'Rollout',
  ro: 'Rollout',
  replicaset: 'ReplicaSet',
  replicasets: 'ReplicaSet',
  rs: 'ReplicaSet',
};

/**
 * `statefulset/mimuc`, as kubectl writes a workload; also `sts/mimuc`, `statefulset.apps/mimuc`.
 *
 * @throws HitlessError HITLESS_USAGE where it is none
 */
export function workloadOf(text: string): Workload {
  const [, word = '', name] = /^([A-Za-z]+)(?:\.[\w.-]+)?\/([a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/.exec(text) ?? [];
  if (name === undefined) throw usage(`expected KIND/NAME, such as deployment/shop, got ${text}`);
  const kind = Object.hasOwn(spellings, word.toLowerCase()) ? spellings[word.toLowerCase()] : undefined;
  if (kind !== undefined) return { kind, name };
  const known = Object.keys(spellings).filter((one) => one.length > 3 && !one.endsWith('s'));
  throw usage(`${word} is no kind that is looked at: ${meantOrKnown(word.toLowerCase(), known)}`);
}

/** `statefulset/mimuc`, as kubectl writes it and takes it. */
export function nameOfWorkload({ kind, name }: Workload): string {
  return `${kind.toLowerCase()}/${name}`;
}

function usage(message: string): HitlessError {
  return new HitlessError('HITLESS_USAGE', `--workload: ${message}`, { blame: 'usage' });
}
