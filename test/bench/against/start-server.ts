import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const program = join(import.meta.dirname, 'server.ts');

/** What a server used since it was asked last. */
export interface Used {
  requests: number;
  cpuUs: number;
}

/** A build that runs. It ends with the process that started it, however that ends. */
export interface Server {
  url: string;
  used(): Promise<Used>;
  stop(): Promise<void>;
}

/** `extra`: rounds of work for each request, on top of what every build does. Rejects where it does not start. */
export async function startServer(extra: number): Promise<Server> {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, EXTRA: String(extra) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const port = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  if (port === null) throw new Error('a server to compare did not start');
  const url = `http://127.0.0.1:${Number(String(port[0]))}/`;
  let last: Used = { requests: 0, cpuUs: 0 };
  return {
    url,
    async used() {
      const now = (await (await fetch(`${url}used`)).json()) as Used;
      const since = { requests: now.requests - last.requests, cpuUs: now.cpuUs - last.cpuUs };
      last = now;
      return since;
    },
    async stop() {
      child.stdin.on('error', () => {}).end();
      await ended;
    },
  };
}
