import { spawnSync } from 'node:child_process';

export function kubectl(args: readonly string[], input?: string): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8', ...(input && { input }) });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Where a Service answers, of the ways that clusters have: a balancer, the node's own address, this machine's. */
export async function addressOf(namespace: string, name: string): Promise<string> {
  const of = (...args: string[]) => kubectl(['-n', namespace, 'get', ...args]);
  const hosts = of('nodes', '-o', 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}').split(' ');
  for (;;) {
    const [port, nodePort, balancer] = of(
      ...['service', name, '-o'],
      'jsonpath={.spec.ports[0].port} {.spec.ports[0].nodePort} {.status.loadBalancer.ingress[0].ip}',
    ).split(' ');
    const ways = [
      ...(balancer ? [`${balancer}:${port}`] : []),
      ...['127.0.0.1', ...hosts].map((host) => `${host}:${nodePort}`),
    ];
    for (const way of ways) if (await answers(`http://${way}`)) return `http://${way}`;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
