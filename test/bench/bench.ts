import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startArrivalServer } from './arrival-server.ts';
import { droppedThirds } from './dropped-thirds.ts';
import { autocannon, builtin, installVegeta, type Load, type Sender } from './senders.ts';
import { type Evenness, evennessOf, median } from './spread.ts';

/**
 * By hand, on a machine with nothing else to do: `npm run bench -- [--seconds 30] [--rounds 5] [--rate 5000]`. Writes a
 * Markdown report to the standard output: how even the requests of each sender arrive at a Go server, in interleaved rounds,
 * and what each says of a server that drops every third request.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '50' },
  },
});

interface Round extends Evenness {
  ownLateP99Ms: number | null;
}

async function measure(folder: string, load: Omit<Load, 'url'>, rounds: number): Promise<Map<string, Round[]>> {
  const vegeta = installVegeta(folder);
  if (vegeta === null) console.error('left out: vegeta, which `go install` could not fetch');
  const senders = new Map<string, Sender>([
    ['hitless, timers', builtin(false)],
    ['hitless, spinning', builtin(true)],
    ['autocannon', autocannon],
    ...(vegeta === null ? [] : ([['vegeta', vegeta]] as const)),
  ]);
  const measured = new Map<string, Round[]>([...senders.keys()].map((name) => [name, []]));
  const server = await startArrivalServer(folder);
  try {
    for (let round = 1; round <= rounds; round++)
      for (const [name, send] of senders) {
        const ownLateP99Ms = await send({ ...load, url: server.url });
        const result = { ...evennessOf(await server.arrivals(), load.rate), ownLateP99Ms };
        measured.get(name)?.push(result);
        console.error(`round ${round}, ${name}: ${JSON.stringify(result)}`);
      }
  } finally {
    server.stop();
  }
  return measured;
}

function table(measured: Map<string, Round[]>): string {
  const medians = (rounds: Round[]) => {
    const own = rounds.map((round) => round.ownLateP99Ms).filter((ms) => ms !== null);
    return {
      arrived: median(rounds.map((round) => round.count)),
      late: median(rounds.map((round) => round.lateP99Ms)),
      variation: median(rounds.map((round) => round.gapVariation)),
      own: own.length === 0 ? null : median(own),
    };
  };
  const base = medians(measured.get('hitless, timers') ?? []);
  const rows = [...measured].map(([name, rounds]) => {
    const { arrived, late, variation, own } = medians(rounds);
    const ratio = (value: number, of: number) => `${value.toFixed(2)} (${(value / of).toFixed(2)})`;
    const ownText = own === null ? '' : own.toFixed(2);
    return `| ${name} | ${arrived} | ${ratio(late, base.late)} | ${ratio(variation, base.variation)} | ${ownText} |`;
  });
  return [
    '| sender | arrived | late at the server, p99, ms (ratio) | variation of gaps (ratio) | own lateness, p99, ms |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'hitless-bench-'));
try {
  const [seconds, rounds, rate, connections] = [values.seconds, values.rounds, values.rate, values.connections].map(
    Number,
  ) as [number, number, number, number];
  const measured = await measure(folder, { rate, connections, seconds }, rounds);
  console.log(
    `${rate} requests a second for ${seconds} s on ${connections} kept connections, at a Go server on the same`,
  );
  console.log(
    `machine (${availableParallelism()} cores, Node ${process.versions.node}); medians of ${rounds} interleaved`,
  );
  console.log(`rounds, in brackets as a ratio to hitless with timers.\n\n${table(measured)}\n`);
  console.log('A server that ends the connection at every third request on it, without an answer:\n');
  console.log(
    '| sender | server received | server dropped | sender counted | sender says failed |\n|---|---|---|---|---|',
  );
  for (const { who, received, dropped, counted, failed } of await droppedThirds(Math.min(10, seconds)))
    console.log(`| ${who} | ${received} | ${dropped} | ${counted} | ${failed} |`);
} finally {
  rmSync(folder, { recursive: true });
}
