import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Agent, cacheStores, type Dispatcher, interceptors } from 'undici';
import { drainOnSigterm } from './drain.ts';
import { address, duration, endOnError, port, required } from './settings.ts';

endOnError('edge');

const origin = required(process.env, 'ORIGIN');
const drainMs = duration(process.env, 'DRAIN');
const { HOSTNAME: name = 'edge' } = process.env;
/** Headers of one connection (RFC 9110, section 7.6.1), and the length, which is the next connection's own matter. */
const ofOneConnection = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

/** Whether the origin was asked for the request that is being answered. */
const asked = new AsyncLocalStorage<{ origin: boolean }>();
const noting: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const request = asked.getStore();
  if (request !== undefined) request.origin = true;
  return dispatch(options, handler);
};

/** A connection to the origin that was kept may end just as it is used again: a GET may be repeated (RFC 9110, section 9.2.2). */
const again = { maxRetries: 1, minTimeout: 1, methods: ['GET' as const], statusCodes: [] };

/** With an empty cache, as of RFC 9111; requests for the same that come together ask the origin once. */
function emptyEdge(): Dispatcher {
  const store = new cacheStores.MemoryCacheStore();
  return agent.compose(noting, interceptors.retry(again), interceptors.cache({ store }), interceptors.deduplicate());
}

const agent = new Agent();
let edge = emptyEdge();
let ready = true;

/** A caching proxy, as nginx with proxy_cache: `x-served-by` names the edge where it answered by itself, else the origin. */
const server = createServer((request, response) => {
  if (request.url === '/healthz') response.end('healthy\n');
  else if (request.url === '/readyz') response.writeHead(ready ? 200 : 503).end();
  else if (request.method === 'PURGE') purge(request, response);
  else if (request.method === 'GET') void answer(request, response);
  else response.writeHead(405).end();
});

async function answer({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = { origin: false };
  try {
    const { statusCode, headers, body } = await asked.run(request, () =>
      edge.request({ origin: `http://${origin}`, path: url, method: 'GET' }),
    );
    for (const [header, value] of Object.entries(headers))
      if (value !== undefined && !ofOneConnection.includes(header)) response.setHeader(header, value);
    if (!request.origin) response.setHeader('x-served-by', name);
    response.setHeader('x-cache', request.origin ? 'MISS' : 'HIT');
    response.writeHead(statusCode);
    await pipeline(body, response);
  } catch (error) {
    console.error(`edge: ${url}: ${error instanceof Error ? error.message : error}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  }
}

/** Forgets all that it keeps; only who is on the same machine may ask for that. */
function purge({ socket }: IncomingMessage, response: ServerResponse): void {
  if (socket.remoteAddress !== '127.0.0.1') {
    response.writeHead(403).end();
    return;
  }
  edge = emptyEdge();
  response.end('purged\n');
}

const draining = {
  drain: () => {
    ready = false;
    server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
  },
};
if (drainMs !== null) drainOnSigterm(server, draining, drainMs);
server.listen(port(process.env, 'PORT') ?? 3000, address(process.env, 'HOST') ?? '127.0.0.1', () => {
  console.log(`edge of ${origin} listens on port ${(server.address() as { port: number }).port}`);
});
