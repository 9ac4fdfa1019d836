import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** Closes all connections at SIGTERM, whatever is under way on them, and ends a second and a half later. */
const server = createServer(async (request, response) => {
  if (request.url === '/') await setTimeout(80);
  response.end('{}');
});
process.on('SIGTERM', async () => {
  server.closeAllConnections();
  await setTimeout(1500);
  process.exit(0);
});
server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1');
