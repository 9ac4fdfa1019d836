import { readFile } from 'node:fs/promises';
import { isLoopback4 } from '../../targets/address.ts';
import type { Finding, Look } from './finding.ts';

/** How long Linux keeps the port of a connection that we closed first (TCP_TIMEWAIT_LEN, include/net/tcp.h). */
const timeWaitS = 60;

export interface PortFigures {
  first: number;
  last: number;
  /** Connections of this machine in TIME_WAIT, to whatever address: none of them can take more than one port. */
  timeWait: number;
}

/** A new connection for each request uses up a source port for a minute. */
export const lookAtSourcePorts: Look = async ({ url, rate }) => {
  if (process.platform !== 'linux')
    return [
      { name: 'source ports', status: 'ok', message: 'chosen by the system; how many are free is not told here' },
    ];
  const [range, sockets] = await Promise.all([
    readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'),
    readFile('/proc/net/sockstat', 'utf8'),
  ]);
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  const timeWait = Number(/^TCP:.* tw (\d+)/m.exec(sockets)?.[1] ?? 0);
  // verify sends half of its requests on new connections.
  return [portsFinding({ first, last, timeWait }, rate / 2, url)];
};

export function portsFinding({ first, last, timeWait }: PortFigures, rate: number, url: URL | undefined): Finding {
  const name = 'source ports';
  if (url !== undefined && (isLoopback4(url.hostname) || url.hostname === 'localhost'))
    return { name, status: 'ok', message: 'on loopback each run has source addresses of its own' };
  const ports = last - first + 1;
  const needed = Math.ceil(rate * timeWaitS);
  const figures = `${ports} (${first} to ${last}), ${timeWait} in TIME_WAIT; ${rate} new connections a second keep up to ${needed} for ${timeWaitS} s each`;
  if (needed + timeWait <= ports) return { name, status: 'ok', message: figures };
  const room = Math.max(0, Math.floor((ports - timeWait) / timeWaitS));
  return {
    name,
    status: 'warning',
    message: `${figures}: they may run out`,
    mend: `Send at most ${room} a second on new connections (kept ones need none), wait until the others are gone, or widen net.ipv4.ip_local_port_range.`,
  };
}
