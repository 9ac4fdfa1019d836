import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Books, Orders } from './misbehaving-server.ts';

export interface MisbehavingServer {
  port: number;
  /** Its ledger; it exits. */
  books(): Promise<Books>;
  kill(): void;
}

/** Starts misbehaving-server.ts as a process of its own. */
export async function startServer(orders: Orders): Promise<MisbehavingServer> {
  const script = fileURLToPath(new URL('./misbehaving-server.ts', import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(orders)], { execArgv: [] });
  const [first] = (await once(child, 'message')) as [{ port: number } | { error: string }];
  if ('error' in first) throw new Error(first.error);
  return {
    port: first.port,
    async books() {
      child.send('books');
      const [books] = (await once(child, 'message')) as [Books];
      return books;
    },
    kill: () => child.kill('SIGKILL'),
  };
}
