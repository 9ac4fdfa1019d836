import type { Ending } from '../../record/event.ts';
import { sleepOf } from '../manifest/hook-sleep.ts';

export interface EndingYaml {
  terminationGracePeriodSeconds?: number;
  containers?: { lifecycle?: { preStop?: { sleep?: { seconds?: number }; exec?: { command?: string[] } } } }[];
}

/** How a pod is to end, by its spec or its template's, with Kubernetes's default. */
export function endingOf({ terminationGracePeriodSeconds = 30, containers = [] }: EndingYaml): Ending {
  const hooks = containers.flatMap(({ lifecycle }) => lifecycle?.preStop ?? []);
  const commands = hooks.flatMap(({ exec }) => (exec === undefined ? [] : (sleepOf(exec.command ?? []) ?? [])));
  const [sleep = commands[0]] = hooks.flatMap(({ sleep }) => sleep?.seconds ?? []);
  return {
    graceSeconds: terminationGracePeriodSeconds,
    preStop: hooks.length > 0,
    ...(sleep !== undefined && { preStopSeconds: sleep }),
    ...(sleep !== undefined && sleep === commands[0] && { preStopByCommand: true }),
  };
}
