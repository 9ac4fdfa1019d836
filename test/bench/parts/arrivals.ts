import { hitless } from '../peers/hitless.ts';
import type { Peer } from '../peers/peer.ts';
import { interleaved } from '../rounds.ts';
import { type Evenness, evennessOf } from '../spread.ts';
import { claim, figure, middle, ratios, table } from '../table.ts';
import type { Bench } from './part.ts';

interface Round extends Evenness {
  /** NaN where the sender does not say. */
  ownLateP99Ms: number;
}

const ratesPerS = [1_000, 5_000, 20_000];
const [timers, spinning] = ['hitless, timers', 'hitless, spinning'] as const;

/** How even the requests of each sender arrive at the server, at each rate; a table for each. */
export async function arrivals(bench: Bench): Promise<string> {
  const parts: string[] = [];
  for (const rate of ratesPerS) parts.push(await atRate(bench, rate));
  return parts.join('\n\n');
}

async function atRate(bench: Bench, rate: number): Promise<string> {
  const senders = [
    hitless(timers, { tellsLateness: true }),
    hitless(spinning, { tellsLateness: true, spin: true }),
    ...bench.peers,
  ].filter((peer) => orderOf(bench, peer, rate) !== null);
  const measured = await interleaved(
    bench.rounds,
    senders.map((peer) => ({ name: peer.name, measure: () => round(bench, peer, rate) })),
  );
  const pick = (name: string, what: keyof Round) => (measured.get(name) ?? []).map((one) => one[what]);
  const others = senders.map(({ name }) => name).filter((name) => name !== timers && name !== spinning);
  /** In each round, to the best of the others in it. */
  const toBest = (name: string, what: keyof Round) => {
    const best = pick(name, what).map((_, i) => Math.min(...others.map((other) => pick(other, what)[i] as number)));
    return ratios(pick(name, what), best);
  };
  const rows = senders.map(({ name }) => [
    name,
    middle(pick(name, 'count'), 0),
    middle(pick(name, 'lateP99Ms'), 2),
    middle(pick(name, 'gapVariation'), 2),
    Number.isNaN(pick(name, 'ownLateP99Ms')[0]) ? 'does not say' : middle(pick(name, 'ownLateP99Ms'), 2),
  ]);
  const claims = [timers, spinning].flatMap((name) => [
    claim(`late at the server at ${rate}/s, ${name}, as a ratio to the best peer's`, toBest(name, 'lateP99Ms'), {
      most: 1.1,
    }),
    claim(`variation of gaps at ${rate}/s, ${name}, as a ratio to the best peer's`, toBest(name, 'gapVariation'), {
      most: 1.1,
    }),
  ]);
  if (rate === Math.max(...ratesPerS))
    claims.push(claim(`own lateness at ${rate}/s, spinning`, pick(spinning, 'ownLateP99Ms'), { most: 3 }, ' ms'));
  const planned = figure(rate * bench.seconds, 0);
  return [
    `${figure(rate, 0)} requests a second on ${bench.connections} connections, ${planned} planned:`,
    '',
    table(['sender', 'arrived', 'late at the server, p99, ms', 'variation of gaps', 'own lateness, p99, ms'], rows),
    '',
    ...(others.length === 0 ? [] : claims),
  ].join('\n');
}

async function round(bench: Bench, peer: Peer, rate: number): Promise<Round> {
  const order = orderOf(bench, peer, rate);
  if (order === null) throw new Error(`${peer.name} knows no rate`);
  await bench.server.arrivals();
  const { stdout } = await bench.measured.run(order);
  const { us } = await bench.server.arrivals();
  return { ...evennessOf(us, rate), ownLateP99Ms: peer.reported(stdout, bench.folder).ownLateP99Ms ?? Number.NaN };
}

function orderOf({ server, connections, seconds, folder }: Bench, peer: Peer, rate: number) {
  return peer.order({ url: server.url, connections, rate, until: { seconds } }, folder);
}
