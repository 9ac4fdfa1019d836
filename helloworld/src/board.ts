import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { drainOnSigterm } from './drain.ts';
import { readSettings } from './settings.ts';

/**
 * A message board: log in, view, post. SERVES: which of the three this process does, by default all of them, as one app.
 * It has a bug: a post without a text ends the process.
 */
const settings = readSettings(process.env);
const parts = ['login', 'view', 'post'];
const serves = process.env.SERVES ? process.env.SERVES.split(',') : parts;
const replica = randomUUID().slice(0, 8);
const messages = ['hello'];
let draining = false;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const part = request.url?.split('?', 1)[0]?.slice(1) ?? '';
  if (part === 'readyz') send(response, draining ? 503 : 200, { ready: !draining });
  else if (!serves.includes(part)) send(response, 404, { error: 'not found' });
  else if (part === 'login') send(response, 200, { part, welcome: 'guest' });
  else if (part === 'view') send(response, 200, { part, messages });
  else post(request, response);
}

function post(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const { text } = JSON.parse(body);
    messages[0] = text.trim();
    send(response, 201, { part: 'post', posted: messages[0] });
  });
}

function send(response: ServerResponse, status: number, answer: object): void {
  const body = JSON.stringify({ ...answer, name: replica });
  if (draining) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'x-version': settings.version,
  });
  response.end(body);
}

const server = createServer(answer);
const board = {
  drain: () => {
    draining = true;
  },
};
if (settings.drainMs !== null) drainOnSigterm(server, board, settings.drainMs);
server.listen(settings.port, settings.host, () => console.log(`board (${serves.join(', ')}) ${replica} listens`));
