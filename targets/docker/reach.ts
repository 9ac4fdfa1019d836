import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ContainerFacts } from './engine/container-facts.ts';

/** A port that nothing listens on in a container that only waits. */
const closedPort = 9;
const withinMs = 2000;

/**
 * Whether connections from here get to a container's own address: its network begins on this machine, and a closed port
 * of it refuses. Not so on Docker Desktop, with rootless engines, and with engines elsewhere.
 */
export async function isReachedDirectly({
  address,
  gateway,
}: Pick<ContainerFacts, 'address' | 'gateway'>): Promise<boolean> {
  if (address === undefined || gateway === undefined) return false;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (!own.some((interfaceAddress) => interfaceAddress.address === gateway)) return false;
  return (await outcomeOf(address)) === 'ECONNREFUSED';
}

function outcomeOf(host: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host, port: closedPort });
  const timer = setTimeout(() => socket.destroy(), withinMs);
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  socket.once('connect', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(timer);
    resolve('closed');
  });
  return promise;
}
