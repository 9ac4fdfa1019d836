import { ControllerTarget } from '../controller/controller-target.ts';
import type { TargetFactory } from '../target.ts';
import { ContainerRunner } from './container-runner.ts';
import { HandTarget } from './hand-target.ts';

/** Kubernetes's rules over containers of a Docker engine; without manifests the engine itself, for a scenario's own steps. */
export const createDockerTarget: TargetFactory = (context) =>
  context.app.manifests.length === 0
    ? new HandTarget(context)
    : new ControllerTarget({ kind: 'docker', runner: new ContainerRunner(context) }, context);
