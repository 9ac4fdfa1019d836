import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { PortForward } from '@kubernetes/client-node';
import { HitlessError } from '../../record/error.ts';
import type { Api, KubeObject } from './api.ts';
import { core } from './resources.ts';
import type { Service } from './service.ts';

interface Pod extends KubeObject {
  spec: { containers: { ports?: { name?: string; containerPort: number }[] }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * A port of this machine's loopback that leads to one ready pod of a Service, as `kubectl port-forward`: it dies with the pod.
 * Returns the port, and what ends it.
 */
export async function forwardTo(
  api: Api,
  namespace: string,
  name: string,
): Promise<{ port: number; pod: string; close(): void }> {
  const service = await api.get<Service>(core(namespace, 'services', name));
  const pod = await readyPod(api, namespace, service);
  const target = targetPort(service, pod);
  // Only where one is wanted: it brings the whole of the generated API along.
  const { PortForward } = await import('@kubernetes/client-node');
  const forward = new PortForward(api.kubeConfig);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    void lead(forward, { namespace, pod: pod.metadata.name, port: target }, socket);
  });
  const port = await listen(server);
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, pod: pod.metadata.name, close };
}

async function lead(
  forward: PortForward,
  to: { namespace: string; pod: string; port: number },
  socket: Socket,
): Promise<void> {
  const refusal = new PassThrough().on('data', () => socket.resetAndDestroy());
  try {
    const web = await forward.portForward(to.namespace, to.pod, [to.port], socket, refusal, socket);
    if (typeof web === 'function') return;
    web.onclose = () => socket.destroy();
    web.onerror = () => socket.resetAndDestroy();
    socket.once('close', () => web.close());
  } catch {
    socket.resetAndDestroy();
  }
}

async function readyPod(api: Api, namespace: string, { metadata, spec }: Service): Promise<Pod> {
  const labelSelector = Object.entries(spec.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await api.get<{ items: Pod[] }>(core(namespace, 'pods'), { labelSelector });
  const ready = items.find(
    ({ status, metadata: { deletionTimestamp } }) =>
      deletionTimestamp === undefined &&
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  if (labelSelector !== '' && ready !== undefined) return ready;
  throw new HitlessError(
    'HITLESS_NOTHING_SELECTED',
    `the Service ${metadata.name} has no ready pod to forward a port to`,
    { blame: 'app' },
  );
}

function targetPort({ spec }: Service, pod: Pod): number {
  const { port = 80, targetPort: target = port } = spec.ports?.[0] ?? {};
  if (typeof target === 'number') return target;
  const named = pod.spec.containers.flatMap(({ ports }) => ports ?? []).find(({ name }) => name === target);
  if (named !== undefined) return named.containerPort;
  throw new HitlessError('HITLESS_NO_PORT', `no container of ${pod.metadata.name} has a port ${target}`, {
    blame: 'usage',
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
