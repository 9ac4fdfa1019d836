import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Backend, Front, FrontOptions } from './front.ts';
import { answers, freePort, started, stopped } from './process.ts';

/** Debian's HAProxy in tcp mode: an l4-proxy. What it follows it is told over its own socket. */
export async function startHaproxy({ folder, backends, control }: FrontOptions): Promise<Front> {
  const port = await freePort();
  const controlPort = await freePort();
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'admin.sock');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
  stats socket ${socket} mode 600 level admin
defaults
  mode tcp
  retries 0
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
${Array.from({ length: slots }, (_, i) => `  server s${i} 127.0.0.1:1 disabled`).join('\n')}
frontend control
  bind 127.0.0.1:${controlPort}
  default_backend control
backend control
  server one ${control.host}:${control.port}
`,
  );
  const child = started('haproxy', ['-db', '-f', file]);
  const url = `http://127.0.0.1:${port}`;
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  await answers(controlUrl, child);
  const held: (string | null)[] = Array.from({ length: slots }, () => null);
  const follow = (now: readonly Backend[]) => told(socket, slotCommands(held, now));
  await follow(backends);
  await answers(url, child);
  const front = { name: 'HAProxy in tcp mode', url, controlUrl, path: 'l4-proxy', accessLog: null } as const;
  return { ...front, process: child, follow, reload: () => {}, stop: () => stopped(child) };
}

const slots = 12;
/** `held`: which backend each slot has. One that stays keeps its slot, as its connections do. */
function slotCommands(held: (string | null)[], now: readonly Backend[]): string[] {
  const wanted = now.map(({ host, port }) => `${host}:${port}`);
  const gone = held.flatMap((one, slot) => (one !== null && !wanted.includes(one) ? [slot] : []));
  for (const slot of gone) held[slot] = null;
  const come = wanted.filter((one) => !held.includes(one));
  const filled = come.map((one) => {
    const slot = held.indexOf(null);
    held[slot] = one;
    return { slot, one };
  });
  return [
    ...gone.map((slot) => `set server app/s${slot} state maint`),
    ...filled.flatMap(({ slot, one }) => {
      const [host, port] = one.split(':');
      return [`set server app/s${slot} addr ${host} port ${port}`, `set server app/s${slot} state ready`];
    }),
  ];
}

function told(socket: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const connection = connect(socket);
    // A front that is gone follows nothing any more.
    connection.on('error', () => {});
    connection.once('close', () => resolve());
    connection.end(`${commands.join(';')}\n`);
    connection.resume();
  });
}
