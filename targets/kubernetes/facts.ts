import type { TargetFacts } from '../../record/facts.ts';
import type { App } from './app.ts';
import type { Observer } from './observe/observer.ts';
import type { Placement } from './placement.ts';
import type { Run } from './run.ts';
import { unequalBecause } from './service.ts';
import type { Ways } from './ways.ts';

/** As far as a run got: all of it is missing where it failed at its start. */
export interface Known {
  run: Run | undefined;
  app: App | undefined;
  ways?: Ways;
  observer?: Observer;
  placement?: Placement;
}

/** What the result says of the target. */
export function factsOf({ run, app, ways, observer, placement }: Known): TargetFacts {
  const found = app && ways?.known(app.service.metadata.name);
  const unequal = app && unequalBecause(app.service);
  const unwatched = observer?.unwatched ?? [];
  const notes: string[] = [];
  if (unequal !== undefined) notes.push(`Connections need not spread evenly: ${unequal}.`);
  if (found?.by === 'port-forward') notes.push('A port-forward led all requests to one pod.');
  if (unwatched.length > 0) notes.push(`Nothing was seen of ${unwatched.join(', ')}: there is no right to watch them.`);
  return {
    kind: 'kubernetes',
    path: found?.path ?? 'unknown',
    approximate: [],
    equalShares: unequal === undefined && found?.by !== 'port-forward',
    details: {
      ...(run && { server: run.api.server, namespace: run.namespace }),
      ...(found && { address: `${found.host}:${found.port}`, by: found.by }),
    },
    notes,
    ...(placement && { places: placement.places(observer) }),
    deployments: app?.workloadFacts ?? [],
  };
}
