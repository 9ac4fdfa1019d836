import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runScenarioByCli } from '../e2e/run-cli.ts';
import type { Orders } from '../traffic/misbehaving-server.ts';
import { startServer } from '../traffic/start-server.ts';
import { findPeers } from './peers/find.ts';
import type { Order, Peer } from './peers/peer.ts';
import { figure, table } from './table.ts';

/**
 * Who sees what of a server that loses requests: each sender is asked whether any was lost, of the same server, which keeps a
 * ledger. Run it by hand: node test/bench/who-sees-what.ts [--requests 3000] [--connections 10] [--install]. Its table is the one of
 * docs/engines.md.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '3000' },
    connections: { type: 'string', default: '10' },
    install: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const connections = Number(values.connections);

const faults: readonly [words: string, mode: Orders['mode']][] = [
  ['ends the connection (FIN)', 'every-third'],
  ['resets it (RST)', 'every-third-reset'],
];

interface Said {
  /** Requests that the sender knows of. */
  counted: number;
  failed: number;
  /** Its word on whether any was lost. */
  word: string;
}

interface Sender {
  name: string;
  send(url: string, folder: string): Promise<Said>;
}

/** A whole run of hitless, with its verdict. */
function hitless(engine: 'builtin' | 'autocannon'): Sender {
  return {
    name: `hitless, ${engine}`,
    async send(url, folder) {
      const scenario = join(folder, 'scenario.yml');
      const lane = `{ name: kept, engine: ${engine}, connection: kept, connections: ${connections}, rate: unpaced, requests: ${requests} }`;
      writeFileSync(
        scenario,
        `name: who-sees-what\napp: { url: "${url}" }\nlanes: [${lane}]\nsteps: [{ wait: { until: requests-sent } }]\nchecks: [zero-failed]\n`,
      );
      const { result } = await runScenarioByCli(scenario, join(folder, 'run'), ['--reporter', 'json']);
      const { sent = 0, failed = 0 } = result.traffic[0] ?? {};
      return { counted: sent, failed, word: result.verdict };
    },
  };
}

function asSender(peer: Peer): Sender {
  return {
    name: peer.name,
    async send(url, folder) {
      const load = { url, connections, rate: null };
      const order =
        peer.order({ ...load, until: { requests } }, folder) ?? peer.order({ ...load, until: { seconds: 1 } }, folder);
      if (order === null) throw new Error(`${peer.name} cannot be told to send this`);
      const told = peer.reported(await outputOf(order), folder);
      return { ...told, word: told.failed === 0 ? 'none lost' : 'some lost' };
    },
  };
}

async function outputOf({ command, args, input = '' }: Order): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(input);
  let text = '';
  for await (const data of child.stdout) text += data;
  return text;
}

async function row(sender: Sender, words: string, mode: Orders['mode']): Promise<string[]> {
  const server = await startServer({ mode, closedMs: 0, everyMs: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'hitless-who-sees-what-'));
  try {
    const said = await sender.send(`http://127.0.0.1:${server.port}/`, folder);
    const { ledger } = await server.books();
    const dropped = ledger.filter(([, what]) => what !== 'good').length;
    return [
      words,
      sender.name,
      ...[ledger.length, dropped, said.counted, said.failed].map((n) => figure(n, 0)),
      said.word,
    ];
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

const senders = [hitless('builtin'), hitless('autocannon'), ...findPeers(values.install).map(asSender)];
const rows: string[][] = [];
for (const [words, mode] of faults) for (const sender of senders) rows.push(await row(sender, words, mode));
console.log(
  table(
    ['every third request of a connection: the server', 'sender', 'received', 'lost', 'counted', 'failed', 'its word'],
    rows,
  ),
);
