import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { drainOnSigterm } from './drain.ts';
import { readSettings } from './settings.ts';

/**
 * A front end as build tools leave it: a page that names its script and its style sheet, whose names hold a hash of what
 * is in them, so that each version has files of its own. ASSETS: the versions whose files this image holds, by default
 * its own alone. FALLBACK=index: the page is the answer to every path that there is not, as servers of single-page apps
 * do, in place of a 404.
 */
const settings = readSettings(process.env);
const held = (process.env.ASSETS || settings.version).split(',');
const fallsBack = process.env.FALLBACK === 'index';
const replica = randomUUID().slice(0, 8);

interface File {
  version: string;
  type: string;
  body: string;
}

function assetsOf(version: string): Map<string, File> {
  const script = `document.title = 'front end ${version}';\n`;
  const style = `body::after { content: 'front end ${version}'; }\n`;
  return new Map([
    [`/app.${hashOf(script)}.js`, { version, type: 'text/javascript; charset=utf-8', body: script }],
    [`/style.${hashOf(style)}.css`, { version, type: 'text/css; charset=utf-8', body: style }],
  ]);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function pageOf(version: string): File {
  const [script, style] = assetsOf(version).keys();
  const body = `<!doctype html>
<html lang="en">
<title>front end</title>
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
<h1>Hello, world</h1>
`;
  return { version, type: 'text/html; charset=utf-8', body };
}

const page = pageOf(settings.version);
const files = new Map([['/', page], ...held.flatMap((version) => [...assetsOf(version)])]);
const missing = { version: settings.version, type: 'text/plain; charset=utf-8', body: 'not found\n' };
let draining = false;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?', 1)[0] ?? '/';
  const file = files.get(path) ?? (fallsBack ? page : undefined);
  if (path === '/readyz') send(response, draining ? 503 : 200, missing);
  else if (file === undefined) send(response, 404, missing);
  else send(response, 200, file);
}

function send(response: ServerResponse, status: number, { version, type, body }: File): void {
  if (draining) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'x-version': version,
    'x-replica': replica,
  });
  response.end(body);
}

const server = createServer(answer);
const front = {
  drain: () => {
    draining = true;
  },
};
if (settings.drainMs !== null) drainOnSigterm(server, front, settings.drainMs);
server.listen(settings.port, settings.host, () => console.log(`front end ${settings.version} ${replica} listens`));
