import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { drainOnSigterm } from './drain.ts';
import { address, duration, endOnError, oneOf, port } from './settings.ts';

endOnError('origin');

const versions = ['v0.0.1', 'v0.0.2', 'v0.0.3'] as const;
const version = oneOf(process.env, 'VERSION', versions) ?? 'v0.0.1';
const maxAgeSeconds = (duration(process.env, 'MAX_AGE') ?? 12_000) / 1000;
const drainMs = duration(process.env, 'DRAIN');
const { HOSTNAME: name = 'origin' } = process.env;

const styleOf = (one: string) => `/* ${one} */ body { color: #${digest(one).slice(0, 6)} }\n`;
const hashedNameOf = (one: string) => `/style.${digest(styleOf(one)).slice(0, 8)}.css`;
const pageNaming = (style: string) =>
  `<!doctype html><html lang="en"><title>${version}</title><link rel="stylesheet" href="${style}"><p>hello</p></html>\n`;

let ready = true;

/**
 * What a website keeps on its origin. The page must be asked for each time; a style sheet of a fixed name may be kept
 * for some seconds, by visitors and by edges alike; one named by its content for ever, since another content has another
 * name. Files of that kind are put there before the page that names them, so each version has all of them.
 */
const server = createServer(({ url = '/' }, response) => {
  const hashed = versions.find((one) => url === hashedNameOf(one));
  if (url === '/healthz') send(response, 200, 'text/plain', 'healthy\n');
  else if (url === '/readyz') send(response, ready ? 200 : 503, 'text/plain', `ready: ${ready}\n`);
  else if (url === '/') send(response, 200, 'text/html', pageNaming('/style.css'), 'no-cache');
  else if (url === '/hashed') send(response, 200, 'text/html', pageNaming(hashedNameOf(version)), 'no-cache');
  else if (url === '/style.css') send(response, 200, 'text/css', styleOf(version), `public, max-age=${maxAgeSeconds}`);
  else if (hashed) send(response, 200, 'text/css', styleOf(hashed), 'public, max-age=31536000, immutable', hashed);
  else send(response, 404, 'text/plain', 'not found\n');
});

const draining = {
  drain: () => {
    ready = false;
    server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
  },
};
if (drainMs !== null) drainOnSigterm(server, draining, drainMs);
server.listen(port(process.env, 'PORT') ?? 3000, address(process.env, 'HOST') ?? '127.0.0.1', () => {
  console.log(`origin ${version} listens on port ${(server.address() as { port: number }).port}`);
});

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  caching = 'no-store',
  of: string = version,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': caching,
    'x-version': of,
    'x-served-by': name,
  });
  response.end(body);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
