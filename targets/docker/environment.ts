import { hostname } from 'node:os';
import { expand } from '../controller/expansion.ts';
import { runVariable } from '../lease.ts';
import type { Container } from '../manifest/model.ts';

/** The environment of a container beyond what its image says, by Kubernetes's rules. */
export function environmentOf(
  container: Container,
  pod: { name: string; runId: string; address: string },
): Record<string, string> {
  const fields = {
    'metadata.name': pod.name,
    'metadata.namespace': 'default',
    'spec.nodeName': hostname(),
    'status.podIP': pod.address,
  };
  const environment: Record<string, string> = {};
  for (const { name, source } of container.env)
    environment[name] = 'field' in source ? fields[source.field] : expand(source.value, environment);
  return { ...environment, [runVariable]: pod.runId };
}

/** `command` replaces the image's ENTRYPOINT and CMD, `args` its CMD. */
export function commandOf(
  { command = [], args }: Pick<Container, 'command' | 'args'>,
  environment: Record<string, string>,
): { entrypoint?: string[]; command?: string[] } {
  const words = (list: readonly string[]) => list.map((word) => expand(word, environment));
  return {
    ...(command.length > 0 && { entrypoint: words(command) }),
    ...(args !== undefined && { command: words(args) }),
  };
}

/** Ports that somebody may connect to, as far as the manifest says. */
export function portsOf({ ports, readiness, liveness, startup, preStop }: Container): number[] {
  const probed = [readiness, liveness, startup].flatMap((probe) => {
    if (probe?.action.kind === 'httpGet') return probe.action.httpGet.port;
    return probe?.action.kind === 'tcpSocket' ? probe.action.port : [];
  });
  const hooked = preStop?.kind === 'httpGet' ? [preStop.httpGet.port] : [];
  return [...new Set([...ports.map(({ containerPort }) => containerPort), ...probed, ...hooked])];
}
