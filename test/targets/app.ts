import { createServer } from 'node:http';

/** The app that the target's tests deploy. It does what a container's app might do; which of it, its environment says. */
const { PORT = '3000', VERSION = '', SIGTERM = 'none', READY = 'always', LIVE_FOR = '', EXIT = '' } = process.env;
const startedMs = performance.now();

if (EXIT !== '') {
  console.error('cannot go on: no database');
  process.exit(Number(EXIT));
}
if (SIGTERM === 'exit') process.on('SIGTERM', () => process.exit(0));
if (SIGTERM === 'ignore') process.on('SIGTERM', () => {});

function statusOf(path: string | undefined): number {
  if (path === '/readyz') return READY === 'always' ? 200 : 503;
  if (path === '/livez') return LIVE_FOR === '' || performance.now() - startedMs < Number(LIVE_FOR) ? 200 : 500;
  return 200;
}

createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  response.writeHead(statusOf(request.url), { connection: 'close' });
  response.end(
    JSON.stringify({ version: VERSION, pod: process.env.HOSTNAME, pid: process.pid, env: process.env.SAID }),
  );
}).listen(Number(PORT), '127.0.0.1');
