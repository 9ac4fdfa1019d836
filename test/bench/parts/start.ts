import { hitless } from '../peers/hitless.ts';
import type { Order, Peer } from '../peers/peer.ts';
import { interleaved } from '../rounds.ts';
import { middle, table } from '../table.ts';
import type { Bench } from './part.ts';

interface Round {
  /** From the start of the process to the arrival of its first request. */
  firstMs: number;
  wallMs: number;
  cpuMs: number;
  peakMb: number;
}

/** What a run of one request takes. */
export async function start(bench: Bench): Promise<string> {
  const subjects = [hitless('hitless'), ...bench.peers].flatMap((peer) => {
    const order = orderOf(bench, peer);
    return order === null ? [] : [{ name: peer.name, measure: () => round(bench, order) }];
  });
  const measured = await interleaved(bench.rounds, subjects);
  const rows = [...measured].map(([name, rounds]) => [
    name,
    ...(['firstMs', 'wallMs', 'cpuMs', 'peakMb'] as const).map((what) =>
      middle(
        rounds.map((one) => one[what]),
        0,
      ),
    ),
  ]);
  return table(['sender', 'to its first request, ms', 'in all, ms', 'CPU, ms', 'peak memory, MB'], rows);
}

function orderOf({ server, folder }: Bench, peer: Peer): Order | null {
  return peer.order({ url: server.url, connections: 1, rate: null, until: { requests: 1 } }, folder);
}

async function round({ server, measured }: Bench, order: Order): Promise<Round> {
  await server.arrivals();
  const { startUs, wallUs, userUs, systemUs, peakKb } = await measured.run(order);
  const { firstAtUs } = await server.arrivals();
  return {
    firstMs: (firstAtUs - startUs) / 1000,
    wallMs: wallUs / 1000,
    cpuMs: (userUs + systemUs) / 1000,
    peakMb: peakKb / 1024,
  };
}
