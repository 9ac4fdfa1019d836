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
]);

export const targetNames: readonly string[] = [...targets.keys()];
