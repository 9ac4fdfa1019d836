import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Why traffic cannot go to this URL, in words that follow `app.url: `; undefined where it can. What it says never repeats
 * a password.
 */
export function urlFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return 'expected http://host:port/base, and this is no URL';
  if (url.username !== '' || url.password !== '')
    return 'a name and a password in a URL end up in reports and logs; give the lanes a header for it (request.headers)';
  if (!['http:', 'https:'].includes(url.protocol)) return `expected http:// or https://, and this is ${url.protocol}//`;
  if (url.search !== '' || url.hash !== '')
    return `expected http://host:port/base without ${url.search || url.hash}: queries belong to the paths of the lanes`;
  return undefined;
}

/** `http://host:port/base/`, or https: where a lane's path `/` goes. Throws where it is no URL. */
export function baseOf(text: string): URL {
  const url = new URL(text);
  url.pathname = url.pathname.replace(/\/*$/, '/');
  return url;
}

/** As it stands in a URL: an IPv6 address in brackets. */
export function addressText({ host, port }: { host: string; port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Host and port as one dials them, an IPv6 address without its brackets. */
export function placeOf(url: URL): { host: string; port: number } {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
  };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Whether what goes to a host stays on this machine, as far as that can be told without asking anybody: an address of
 * IPv4's or IPv6's loopback in whatever form (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3 and 2.5.5.2), or a name that nothing
 * else may answer to (RFC 6761, 6.3). `host`: without brackets.
 */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return /(?:^|\.)localhost\.?$/i.test(host);
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** An address of 127/8 as such: from all of them Linux lets a connection come. */
export function isLoopback4(host: string): boolean {
  return host.startsWith('127.') && isIPv4(host);
}
