interface Cookie {
  value: string;
  path: string;
}

/**
 * A visitor's cookies, as far as one host needs them (RFC 6265, 5.2 to 5.4): name, value, Path, Max-Age
 * and Expires of the past, Secure. Domains play no part, and the order is that of arrival.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();
  readonly #isSecure: boolean;

  /** `isSecure`: over TLS; without it, cookies that are for TLS alone are not taken. */
  constructor(isSecure: boolean) {
    this.#isSecure = isSecure;
  }

  /** Takes one Set-Cookie value that came with the answer for `requestPath`. */
  store(setCookie: string, requestPath: string): void {
    const [pair = '', ...attributes] = setCookie.split(';');
    const equals = pair.indexOf('=');
    if (equals < 1) return;
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    let path = defaultPath(requestPath);
    let gone = false;
    let maxAge: number | null = null;
    for (const attribute of attributes) {
      const [key = '', word = ''] = attribute.split('=', 2).map((part) => part.trim());
      switch (key.toLowerCase()) {
        case 'path':
          if (word.startsWith('/')) path = word;
          break;
        case 'max-age':
          if (/^-?\d+$/.test(word)) maxAge = Number(word);
          break;
        case 'expires':
          gone ||= Date.parse(attribute.slice(attribute.indexOf('=') + 1)) <= Date.now();
          break;
        case 'secure':
          if (!this.#isSecure) return;
          break;
      }
    }
    if (maxAge !== null) gone = maxAge <= 0;
    const key = `${name};${path}`;
    if (gone) this.#cookies.delete(key);
    else this.#cookies.set(key, { value, path });
  }

  /** The Cookie header's value for a path, or null where there is none to send. */
  header(requestPath: string): string | null {
    const pairs: string[] = [];
    for (const [key, { value, path }] of this.#cookies)
      if (matches(requestPath, path)) pairs.push(`${key.slice(0, key.length - path.length - 1)}=${value}`);
    return pairs.length === 0 ? null : pairs.join('; ');
  }
}

function defaultPath(requestPath: string): string {
  const path = requestPath.split('?', 1)[0] ?? '/';
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function matches(requestPath: string, cookiePath: string): boolean {
  const path = requestPath.split('?', 1)[0] ?? '/';
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}
