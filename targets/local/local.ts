import { ControllerTarget } from '../controller/controller-target.ts';
import type { TargetFactory } from '../target.ts';
import { ProcessRunner } from './process-runner.ts';

/** The embedded target: Kubernetes's rules over processes of this machine. */
export const createLocalTarget: TargetFactory = (context) =>
  new ControllerTarget({ kind: 'local', runner: new ProcessRunner(context) }, context);
