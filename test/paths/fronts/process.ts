import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where Debian has servers and tools for networks, which an ordinary user's PATH leaves out. */
export const withServers = {
  ...process.env,
  PATH: [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter),
};

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export function started(command: string, args: readonly string[]): ChildProcess {
  // It ends with us, whatever ends us.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: withServers,
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk).slice(-4000);
  });
  child.on('error', (error) => console.error(String(error)));
  child.once('exit', (code) => {
    if (code) console.error(`${command} exited with ${code}: ${said}`);
  });
  return child;
}

/** Waits until it answers anything that is no fault of the front. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    const status = await fetch(url).then(
      (response) => response.text().then(() => response.status),
      () => 0,
    );
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error(`${url} never answered`);
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await Promise.race([once(child, 'exit'), sleep(5000)]);
  child.kill('SIGKILL');
}
