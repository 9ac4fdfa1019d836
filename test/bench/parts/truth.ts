import { startServer } from '../../traffic/start-server.ts';
import { hitless } from '../peers/hitless.ts';
import type { Peer } from '../peers/peer.ts';
import { interleaved } from '../rounds.ts';
import { claim, figure, middle, table } from '../table.ts';
import type { Bench } from './part.ts';

const ratePerS = 500;
const connections = 10;

interface Round {
  received: number;
  dropped: number;
  counted: number;
  failed: number;
}

/** What each reports of a server that ends the connection at every third request on it, without an answer. */
export async function truth(bench: Bench): Promise<string> {
  const senders = [hitless(own), ...bench.peers];
  const measured = await interleaved(
    bench.rounds,
    senders.map((peer) => ({ name: peer.name, measure: () => asReported(bench, peer) })),
  );
  const rows = [...measured].map(([name, rounds]) => [
    name,
    ...columns.map((what) => middle(pick(rounds, what), 0)),
    figure(Math.max(...rounds.map(unseen)), 0),
  ]);
  const head = ['sender', ...columns.map((what) => titles[what]), 'unseen in a round, at most'];
  const wrong = (measured.get(own) ?? []).map((round) => Math.abs(unseen(round)));
  return [
    table(head, rows),
    '',
    claim('dropped requests that hitless did not see, or saw and were none', wrong, { most: 0 }),
  ].join('\n');
}

const own = 'hitless';
const columns = ['received', 'dropped', 'counted', 'failed'] as const;
const titles = {
  received: 'server received',
  dropped: 'server dropped',
  counted: 'sender counted',
  failed: 'sender says failed',
};

/** Dropped and not said to have failed. */
function unseen({ dropped, failed }: Round): number {
  return dropped - failed;
}

function pick(rounds: readonly Round[], what: keyof Round): number[] {
  return rounds.map((one) => one[what]);
}

async function asReported({ measured, folder, seconds }: Bench, peer: Peer): Promise<Round> {
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
    return { received: ledger.length, dropped, counted, failed };
  } finally {
    server.kill();
  }
}
