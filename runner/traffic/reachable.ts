import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';

const longestTryMs = 1_000;

export interface FoundAddress {
  address: string;
  family: 4 | 6;
}

/** Of a host (without brackets), or those that are given for it; none where it has none, or cannot be looked up. */
export async function addressesOf(host: string, given?: readonly string[]): Promise<FoundAddress[]> {
  const known = given ?? (isIP(host) === 0 ? null : [host]);
  if (known !== null) return known.map((address) => ({ address, family: isIP(address) as 4 | 6 }));
  return (await lookup(host, { all: true }).catch(() => [])) as FoundAddress[];
}

/**
 * The address family that a lane's connections use. A name can have addresses of both (localhost is 127.0.0.1 and ::1)
 * where the app listens on one; a browser tries them all (RFC 8305), which would hide a refusal here, so the first one that
 * accepts a connection now is kept for the run. Where none does, the resolver's first.
 */
export async function reachableFamily(addresses: readonly FoundAddress[], port: number): Promise<4 | 6> {
  const families = [...new Set(addresses.map(({ family }) => family))];
  if (families.length > 1) for (const { address, family } of addresses) if (await accepts(address, port)) return family;
  return families[0] ?? 4;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: longestTryMs });
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => end(socket.localPort !== socket.remotePort));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
