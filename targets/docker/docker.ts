import { ControllerTarget } from '../controller/controller-target.ts';
import type { TargetFactory } from '../target.ts';
import { ContainerRunner } from './container-runner.ts';

/** Kubernetes's rules over containers of a Docker engine. */
export const createDockerTarget: TargetFactory = (context) =>
  new ControllerTarget({ kind: 'docker', runner: new ContainerRunner(context) }, context);
