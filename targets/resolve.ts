import { isIP } from 'node:net';

/** Addresses of a host at a port, in place of what the resolver says. */
export interface Resolution {
  host: string;
  port: number;
  addresses: string[];
}

/** Reads `host:port:address[,address...]`, as curl's --resolve has it; an IPv6 address may stand in brackets. Undefined where it is none. */
export function resolutionOf(text: string): Resolution | undefined {
  const { host, port, rest } = /^(?<host>[^:/\s]+):(?<port>\d{1,5}):(?<rest>\S+)$/.exec(text)?.groups ?? {};
  const addresses = (rest ?? '').split(',').map((address) => address.replace(/^\[(.*)\]$/, '$1'));
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  if (addresses.some((address) => isIP(address) === 0)) return undefined;
  return { host: host.toLowerCase(), port: Number(port), addresses };
}

/** Those that are given for a place; undefined where none are, so that the resolver is asked. */
export function addressesFor(
  resolutions: readonly Resolution[],
  { host, port }: { host: string; port: number },
): string[] | undefined {
  const given = resolutions.filter((each) => each.host === host && each.port === port);
  return given.length === 0 ? undefined : given.flatMap(({ addresses }) => addresses);
}
