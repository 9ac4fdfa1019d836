import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * A build to compare: answers with JSON, after some work for each request. `EXTRA` rounds of the work come on top, of the
 * same kind but in a place of their own, as what a slower build does would be. GET /used tells what it has used.
 */
const base = 60;
const extra = Number(process.env.EXTRA ?? 0);
const page = Buffer.alloc(4_096, 'x');
let requests = 0;

const server = createServer((request, response) => {
  if (request.url === '/used') {
    const { user, system } = process.cpuUsage();
    response.end(JSON.stringify({ requests, cpuUs: user + system }));
    return;
  }
  requests++;
  let sum = '';
  for (let i = 0; i < base; i++) sum = createHash('sha256').update(page).digest('hex');
  for (let i = 0; i < extra; i++) sum = createHash('sha256').update(page).digest('hex');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ hello: 'world', sum }));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`${port}\n`);
});
// Whoever started it holds the other end: it closes however that one ends.
process.stdin.on('end', () => process.exit(0)).resume();
