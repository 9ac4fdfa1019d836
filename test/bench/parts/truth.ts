import { startServer } from '../../traffic/start-server.ts';
import { hitless } from '../peers/hitless.ts';
import type { Peer } from '../peers/peer.ts';
import { figure, table } from '../table.ts';
import type { Bench } from './part.ts';

const ratePerS = 500;
const connections = 10;

/** What each reports of a server that ends the connection at every third request on it, without an answer. */
export async function truth(bench: Bench): Promise<string> {
  const rows: string[][] = [];
  for (const peer of [hitless('hitless'), ...bench.peers]) rows.push(await asReported(bench, peer));
  return table(['sender', 'server received', 'server dropped', 'sender counted', 'sender says failed'], rows);
}

async function asReported({ measured, folder, seconds }: Bench, peer: Peer): Promise<string[]> {
  const server = await startServer({ mode: 'every-third', closedMs: 0, everyMs: 0 });
  try {
    const load = { url: `http://127.0.0.1:${server.port}/`, connections, until: { seconds: Math.min(10, seconds) } };
    // Who knows no rate is asked the same at full speed.
    const order = peer.order({ ...load, rate: ratePerS }, folder) ?? peer.order({ ...load, rate: null }, folder);
    if (order === null) throw new Error(`${peer.name} can do neither`);
    const { stdout } = await measured.run(order, { anyCode: true });
    const { counted, failed } = peer.reported(stdout, folder);
    const { ledger } = await server.books();
    const dropped = ledger.filter(([, what]) => what === 'fin').length;
    console.error(`${peer.name}: ${JSON.stringify({ received: ledger.length, dropped, counted, failed })}`);
    return [peer.name, ...[ledger.length, dropped, counted, failed].map((count) => figure(count, 0))];
  } finally {
    server.kill();
  }
}
