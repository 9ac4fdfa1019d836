import type { TargetSettings } from '../targets/target.ts';
import { workloadOf } from '../targets/workload-name.ts';
import { wrongUse } from './wrong-use.ts';

/** Options that say where a target deploys, with the targets that each concerns. */
export const targetOptions = {
  namespace: {
    type: 'string',
    requiresArg: true,
    describe: 'kubernetes: your own namespace, else one is made for the run; url: where app.service or --workload is',
  },
  context: {
    type: 'string',
    requiresArg: true,
    describe: 'kubernetes: a context of the kubeconfig; docker: one of its contexts',
  },
  kubeconfig: { type: 'string', requiresArg: true, describe: 'kubernetes: a file, else KUBECONFIG or ~/.kube/config' },
  registry: {
    type: 'string',
    requiresArg: true,
    describe: 'where images are pushed (HOST:PORT/PATH); for kubernetes also kind, minikube, none',
  },
  workload: {
    type: 'string',
    requiresArg: true,
    describe: 'url: KIND/NAME in the namespace (statefulset/shop), looked at in place of what app.service leads to',
  },
} as const;

/** As they were said on the command line. */
export type TargetArguments = { readonly [K in keyof TargetSettings]?: string | undefined };

const concerned: Record<keyof TargetSettings, readonly string[]> = {
  namespace: ['kubernetes', 'url'],
  context: ['kubernetes', 'docker', 'url'],
  kubeconfig: ['kubernetes', 'url'],
  registry: ['kubernetes', 'docker'],
  workload: ['url'],
};

/**
 * What was said of the place where `target` deploys.
 *
 * @throws HitlessError HITLESS_USAGE for an option that does not concern it
 */
export function settingsOf(args: TargetArguments, target: string): TargetSettings {
  const settings: TargetSettings = {};
  for (const name of Object.keys(concerned) as (keyof TargetSettings)[]) {
    const value = args[name];
    if (value === undefined) continue;
    if (!concerned[name].includes(target)) {
      const message = `--${name}: does not concern the target ${target}, only ${concerned[name].join(' and ')}`;
      throw wrongUse(message, `Say --target ${concerned[name][0]} too, or leave it out.`);
    }
    if (name === 'namespace' && (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value) || value.length > 63))
      throw wrongUse(`--namespace: expected lower-case letters, digits and dashes, got ${value}`);
    if (name === 'workload') settings.workload = workloadOf(value);
    else settings[name] = value;
  }
  return settings;
}
