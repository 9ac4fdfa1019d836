import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Authority, selfSigned } from '../certificates.ts';
import type { TlsBooks, TlsOrders } from './misbehaving-tls-server.ts';

export interface MisbehavingTlsServer {
  port: number;
  /** Whose certificates are good. */
  ca: string;
  /** Its ledger; it exits. */
  books(): Promise<TlsBooks>;
  kill(): void;
}

/** Starts misbehaving-tls-server.ts as a process of its own. */
export async function startTlsServer(): Promise<MisbehavingTlsServer> {
  const [authority, another] = await Promise.all([Authority.make(), Authority.make('CN=Another')]);
  const orders: TlsOrders = {
    good: await authority.leaf(),
    clientCa: authority.pair.cert,
    bad: {
      expired: await authority.leaf({ days: [-3, -1] }),
      'not-yet': await authority.leaf({ days: [1, 3] }),
      'wrong-name': await authority.leaf({ names: ['elsewhere.test'] }),
      'self-signed': await selfSigned(),
      'unknown-authority': await another.leaf(),
    },
  };
  const child = fork(fileURLToPath(new URL('./misbehaving-tls-server.ts', import.meta.url)), [], { execArgv: [] });
  child.send(orders);
  const [first] = (await once(child, 'message')) as [{ port: number } | { error: string }];
  if ('error' in first) throw new Error(first.error);
  return {
    port: first.port,
    ca: authority.pair.cert,
    async books() {
      child.send('books');
      const [books] = (await once(child, 'message')) as [TlsBooks];
      return books;
    },
    kill: () => child.kill('SIGKILL'),
  };
}
