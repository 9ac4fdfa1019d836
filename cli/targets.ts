import { HitlessError } from '../record/error.ts';
import type { Scenario } from '../runner/scenario/scenario.ts';
import type { TargetFactory } from '../targets/target.ts';

interface ShippedTarget {
  /** One line, for `hitless list`. */
  summary: string;
  /** Loads what the target needs only when it is used. */
  load(): Promise<TargetFactory>;
}

/** Where an app can be deployed, by the name that `--target` takes. */
export const targets: ReadonlyMap<string, ShippedTarget> = new Map([
  [
    'local',
    {
      summary: "this machine: replicas are processes, under Kubernetes's rules for Deployments",
      load: async () => (await import('../targets/local/local.ts')).createLocalTarget,
    },
  ],
  [
    'docker',
    {
      summary:
        "a Docker engine (or podman's socket): replicas are containers, under Kubernetes's rules for Deployments",
      load: async () => (await import('../targets/docker/docker.ts')).createDockerTarget,
    },
  ],
  [
    'kubernetes',
    {
      summary: 'the cluster of your kubeconfig: a namespace a run, real Deployments and Services',
      load: async () => (await import('../targets/kubernetes/kubernetes.ts')).createKubernetesTarget,
    },
  ],
  [
    'url',
    {
      summary: "somebody else's deployment, at the scenario's app.url; chosen by itself where there is one",
      load: async () => (await import('../targets/url/url.ts')).createUrlTarget,
    },
  ],
]);

export const targetNames: readonly string[] = [...targets.keys()];

/**
 * The target of a scenario: the one that was asked for, else url where it says where its app is, and local where not.
 *
 * @throws HitlessError HITLESS_TARGET_LACKS where the two do not go together
 */
export function targetFor(scenario: Pick<Scenario, 'name' | 'app' | 'targets'>, asked: string | undefined): string {
  const isElsewhere = !('manifests' in scenario.app);
  const target = asked ?? (isElsewhere ? 'url' : 'local');
  refuseOtherTargets(scenario, target);
  if ((target === 'url') === isElsewhere) return target;
  const message = isElsewhere
    ? `--target ${target}: the scenario has app.url, somebody else's deployment, which the target url alone takes`
    : '--target url: the scenario has app.manifests to deploy, and no app.url';
  throw new HitlessError('HITLESS_TARGET_LACKS', message, { blame: 'usage' });
}

function refuseOtherTargets({ name, targets }: Pick<Scenario, 'name' | 'targets'>, target: string): void {
  if (targets === null || targets.includes(target)) return;
  throw new HitlessError('HITLESS_TARGET_LACKS', `${name} is not made for the target ${target}`, {
    blame: 'usage',
    hint: `run it with --target ${targets.join(' or --target ')}`,
  });
}
