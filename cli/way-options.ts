import { resolve } from 'node:path';
import type { FieldPath } from '../runner/scenario/problem.ts';

/** How a URL is reached, by the names that curl has for it. A scenario's file says it in `app`. */
export const wayOptions = {
  cacert: {
    type: 'string',
    requiresArg: true,
    describe: 'PEM file of the authorities that are trusted, in place of those that this machine trusts',
  },
  cert: { type: 'string', requiresArg: true, describe: "PEM file of the client's certificate, and perhaps of its key" },
  key: { type: 'string', requiresArg: true, describe: 'PEM file of its key' },
  insecure: { alias: 'k', type: 'boolean', describe: 'take any certificate' },
  servername: { type: 'string', requiresArg: true, describe: "whose certificate it has to be, else the URL's host" },
  resolve: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'host:port:address[,address]: where the host is, in place of what the resolver says',
  },
} as const;

export interface WayArguments {
  cacert: string | undefined;
  cert: string | undefined;
  key: string | undefined;
  insecure: boolean | undefined;
  servername: string | undefined;
  resolve: string[] | undefined;
}

/** Of a scenario's `app`. Paths are absolute, as the run's folder keeps them. */
export function wayOf({ cacert, cert, key, insecure, servername, resolve: resolutions = [] }: WayArguments): object {
  const tls = {
    ...(cacert !== undefined && { ca: resolve(cacert) }),
    ...(cert !== undefined && { cert: resolve(cert) }),
    ...(key !== undefined && { key: resolve(key) }),
    ...(insecure && { insecure }),
    ...(servername !== undefined && { servername }),
  };
  return {
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(resolutions.length > 0 && { resolve: resolutions }),
  };
}

/** Which flag said what of `app`. */
export function wayFlags(args: WayArguments): [FieldPath, string][] {
  const tls: [FieldPath, keyof WayArguments][] = [
    [['app', 'tls', 'ca'], 'cacert'],
    [['app', 'tls', 'cert'], 'cert'],
    [['app', 'tls', 'key'], 'key'],
    [['app', 'tls', 'servername'], 'servername'],
    [['app', 'tls', 'insecure'], 'insecure'],
  ];
  const given = tls.find(([, name]) => args[name] !== undefined)?.[1] ?? 'url';
  return [
    ...tls.map(([path, name]): [FieldPath, string] => [path, `--${name}`]),
    [['app', 'tls'], `--${given}`],
    [['app', 'resolve'], '--resolve'],
  ];
}
