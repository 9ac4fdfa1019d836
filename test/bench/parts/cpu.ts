import { hitless } from '../peers/hitless.ts';
import type { Load, Peer } from '../peers/peer.ts';
import { interleaved } from '../rounds.ts';
import { claim, middle, ratios, table } from '../table.ts';
import type { Bench } from './part.ts';

interface Round {
  /** What the server received a second, at full speed. */
  perS: number;
  userUs: number;
  systemUs: number;
  /** Requests a CPU second. */
  perCpuS: number;
  /** CPU time at 100 requests a second, in percent of a core; NaN where it cannot be told a rate. */
  idlePercent: number;
}

const slowPerS = 100;

/**
 * CPU time of each sender's whole process tree, beyond what a run of one request costs it: a request at full speed in a
 * closed loop, and in all at 100 a second. Requests are those that the server received.
 */
export async function cpu(bench: Bench): Promise<string> {
  const senders = [hitless('hitless'), ...bench.peers];
  const measured = await interleaved(
    bench.rounds,
    senders.map((peer) => ({ name: peer.name, measure: () => round(bench, peer) })),
  );
  const own = measured.get('hitless') ?? [];
  const perCpuS = (name: string) =>
    ratios(
      own.map((one) => one.perCpuS),
      (measured.get(name) ?? []).map((one) => one.perCpuS),
    );
  const rows = [...measured].map(([name, rounds]) => [
    name,
    middle(pick(rounds, 'perS'), 0),
    middle(pick(rounds, 'userUs'), 1),
    middle(pick(rounds, 'systemUs'), 1),
    middle(pick(rounds, 'perCpuS'), 0),
    name === 'hitless' ? '' : middle(perCpuS(name), 2),
    middle(pick(rounds, 'idlePercent'), 2),
  ]);
  const named = (start: string) => bench.peers.find(({ name }) => name.startsWith(start))?.name;
  const [ofAutocannon, ofVegeta] = [named('autocannon'), named('vegeta')];
  return [
    table(
      [
        'sender',
        'requests a second',
        'user, us a request',
        'system, us a request',
        'requests a CPU second',
        "hitless's, as a ratio to it",
        `at ${slowPerS}/s, % of a core`,
      ],
      rows,
    ),
    '',
    ...(ofAutocannon === undefined
      ? []
      : [claim("attempts a CPU second, as a ratio to autocannon's", perCpuS(ofAutocannon), { least: 0.75 })]),
    ...(ofVegeta === undefined
      ? []
      : [claim("attempts a CPU second, as a ratio to vegeta's", perCpuS(ofVegeta), { least: 2 })]),
    claim(`CPU at ${slowPerS} requests a second`, pick(own, 'idlePercent'), { most: 5 }, ' % of a core'),
  ].join('\n');
}

async function round(bench: Bench, peer: Peer): Promise<Round> {
  const { seconds, connections } = bench;
  const one = await took(bench, peer, { connections: 1, rate: null, until: { requests: 1 } });
  const full = await took(bench, peer, { connections, rate: null, until: { seconds } });
  if (full === null) throw new Error(`${peer.name} has no closed loop`);
  const slow = await took(bench, peer, { connections, rate: slowPerS, until: { seconds } });
  const { userUs = 0, systemUs = 0, requests = 0 } = one ?? {};
  const more = full.requests - requests;
  const spentUs = full.userUs - userUs + full.systemUs - systemUs;
  return {
    perS: full.requests / seconds,
    userUs: (full.userUs - userUs) / more,
    systemUs: (full.systemUs - systemUs) / more,
    perCpuS: more / (spentUs / 1e6),
    idlePercent:
      slow === null ? Number.NaN : ((slow.userUs - userUs + slow.systemUs - systemUs) / (seconds * 1e6)) * 100,
  };
}

async function took({ server, measured, folder }: Bench, peer: Peer, load: Omit<Load, 'url'>) {
  const order = peer.order({ ...load, url: server.url }, folder);
  if (order === null) return null;
  await server.arrivals();
  const { userUs, systemUs } = await measured.run(order);
  const requests = (await server.arrivals()).us.length;
  return { userUs, systemUs, requests };
}

function pick(rounds: readonly Round[], name: keyof Round): number[] {
  return rounds.map((one) => one[name]);
}
