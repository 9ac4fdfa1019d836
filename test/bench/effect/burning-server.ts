import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Listens, as a parent or as its child, tells where, and burns CPU when it is told to. */
const isParent = process.argv[2] !== 'child';
const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };
const child = isParent
  ? fork(import.meta.filename, ['child'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  : null;
const own = { ports: [port], pids: [process.pid] };
if (child === null) process.send?.(own);
else {
  const [theirs] = (await once(child, 'message')) as [typeof own];
  process.send?.({ ports: [...own.ports, ...theirs.ports], pids: [...own.pids, ...theirs.pids] });
}
// Nothing of it is left when whoever started it is gone.
process.on('disconnect', () => process.exit(0));

process.on('message', async ({ burnMs }: { burnMs: number }) => {
  const before = process.cpuUsage();
  const usedUs = () => {
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  while (usedUs() < burnMs * 1000);
  if (child === null) {
    process.send?.({ usedUs: usedUs() });
    return;
  }
  child.send({ burnMs });
  const [theirs] = (await once(child, 'message')) as [{ usedUs: number }];
  process.send?.({ usedUs: usedUs() + theirs.usedUs });
});
