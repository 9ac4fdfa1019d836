import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';

const longestTryMs = 1_000;

/**
 * The address family that a lane's connections use. A name can have addresses of both (localhost is 127.0.0.1 and ::1)
 * where the app listens on one; a browser tries them all (RFC 8305), which would hide a refusal here, so the first one that
 * accepts a connection now is kept for the run. Where none does, the resolver's first.
 */
export async function reachableFamily(host: string, port: number): Promise<4 | 6> {
  if (isIP(host) !== 0) return isIP(host) as 4 | 6;
  const found = await lookup(host, { all: true }).catch(() => []);
  const families = [...new Set(found.map(({ family }) => family as 4 | 6))];
  if (families.length > 1)
    for (const { address, family } of found) if (await accepts(address, port)) return family as 4 | 6;
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
