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
