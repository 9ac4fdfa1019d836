import { didYouMean } from '../../record/nearest.ts';
import type { ScenarioInput } from './model.ts';
import { fieldName, type Problem, shown } from './problem.ts';

type Named = 'Deployment' | 'Service';

/** What the manifests hold, however the target reads them. */
export interface ObjectNames {
  deployments: readonly { name: string }[];
  services: readonly { name: string }[];
}

/** Each Deployment and Service that a scenario speaks of and the manifests do not hold. */
export function unknownObjects({ app, lanes, steps }: ScenarioInput, manifests: ObjectNames): Problem[] {
  const names = {
    Deployment: manifests.deployments.map(({ name }) => name),
    Service: manifests.services.map(({ name }) => name),
  };
  const spoken: { path: (string | number)[]; kind: Named; name: unknown }[] = [
    { path: ['app', 'service'], kind: 'Service', name: app.service },
    ...lanes.map(({ service }, index) => ({
      path: ['lanes', index, 'service'],
      kind: 'Service' as const,
      name: service,
    })),
  ];
  for (const [index, step] of steps.entries()) {
    for (const [verb, input] of Object.entries(step)) {
      if (typeof input !== 'object') continue;
      const path = ['steps', index, verb];
      if ('deployment' in input)
        spoken.push({ path: [...path, 'deployment'], kind: 'Deployment', name: input.deployment });
      if ('service' in input) spoken.push({ path: [...path, 'service'], kind: 'Service', name: input.service });
    }
  }
  const problems = spoken
    .filter(({ kind, name }) => name !== undefined && !names[kind].includes(String(name)))
    .map(({ path, kind, name }): Problem => {
      const message = `the manifests have no ${kind} ${shown(name)}${didYouMean(String(name), names[kind])}`;
      return { path, at: 'value', message: `${fieldName(path)}: ${message}` };
    });
  return [...problems, ...unclearService(app, names.Service)];
}

function unclearService(app: ScenarioInput['app'], services: readonly string[]): Problem[] {
  if (app.service !== undefined || services.length === 1) return [];
  const what = services.length === 0 ? 'hold no Service' : `hold ${services.length} (${services.join(', ')}), name one`;
  return [{ path: ['app'], at: 'value', message: `app.service: traffic goes to a Service, and the manifests ${what}` }];
}
