import { isDeepStrictEqual } from 'node:util';
import type { DeploymentPromise, Event, EventKind } from '../../../record/event.ts';
import { promiseOf } from '../../controller/rounding.ts';
import { type Change, createdWithin, eventAt, type Scene, said } from './change.ts';
import type { Deployment, ReplicaSet } from './objects.ts';
import { controllerOf, hashOf } from './owner.ts';
import { condition } from './pod-events.ts';

export function promiseOfDeployment({ spec }: Deployment): DeploymentPromise {
  const replicas = spec.replicas ?? 1;
  const { type, rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate') return promiseOf(replicas, { type });
  return promiseOf(replicas, {
    type: 'RollingUpdate',
    maxSurge: rollingUpdate?.maxSurge ?? '25%',
    maxUnavailable: rollingUpdate?.maxUnavailable ?? '25%',
  });
}

/** As `kubectl rollout status` decides (DeploymentStatusViewer, k8s.io/kubectl/pkg/polymorphichelpers). */
export function progressOf({ metadata, spec, status = {} }: Deployment): 'progressing' | 'complete' | 'stuck' {
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return 'progressing';
  if (condition({ status }, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return 'stuck';
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const complete =
    updatedReplicas >= (spec.replicas ?? 1) && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
  return complete ? 'complete' : 'progressing';
}

/** The version that its template asks for. */
export function versionWanted({ spec }: Deployment, { versionOf }: Scene): string {
  const image = spec.template.spec.containers[0]?.image;
  return image === undefined ? '' : versionOf(image);
}

/** What a Deployment's owner asked of it, and what became of that. `rolling`: a rollout had begun. */
export function deploymentEvents(
  change: Change<Deployment>,
  scene: Scene,
  { rolling, revision }: { rolling: boolean; revision: string },
): Event[] {
  const { before, after, within } = change;
  if (after === null) return [];
  const { name } = after.metadata;
  const tell = (kind: EventKind, details: Partial<Event>, interval = within) =>
    eventAt(interval, kind, { kind: 'deployment', name }, { owner: name, ...details });
  const promise = promiseOfDeployment(after);
  if (before === null) return [tell('scaled', { promise }, createdWithin(after, within, scene))];
  const events: Event[] = [];
  if (!isDeepStrictEqual(promiseOfDeployment(before), promise)) events.push(tell('scaled', { promise }));
  const version = versionWanted(after, scene);
  if (startsRollout(change)) events.push(tell('rollout-started', { promise, version }));
  const progressing = condition(after, 'Progressing');
  if (progressOf(after) === 'stuck' && progressOf(before) !== 'stuck')
    events.push(tell('progress-deadline', said({ reason: progressing?.reason, message: progressing?.message })));
  if (rolling && progressOf(after) === 'complete' && progressOf(before) !== 'complete')
    events.push(tell('rollout-complete', said({ revision, version })));
  return events;
}

/** Another template; how the same is written may change (an API server's defaults), and that is none. */
export function startsRollout({ before, after }: Change<Deployment>): boolean {
  return before !== null && after !== null && !isDeepStrictEqual(before.spec.template, after.spec.template);
}

/** How many replicas its controller asks of a ReplicaSet. */
export function replicaSetEvents({ before, after, within }: Change<ReplicaSet>): Event[] {
  const [from, to] = [before?.spec.replicas ?? 0, after?.spec.replicas ?? 0];
  const set = after ?? before;
  if (set === null || from === to) return [];
  return [
    eventAt(
      within,
      'scaled',
      { kind: 'replicaset', name: set.metadata.name },
      {
        ...said({ owner: controllerOf(set)?.name, revision: hashOf(set) }),
        message: `${from} → ${to}`,
      },
    ),
  ];
}
