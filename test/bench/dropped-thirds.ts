import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { addressOf, laneOf, runLanes } from '../traffic/run-lanes.ts';
import { startServer } from '../traffic/start-server.ts';

export interface Reported {
  who: string;
  /** By the server's ledger. */
  received: number;
  dropped: number;
  /** By the one who sent. */
  counted: number;
  failed: number;
}

/** What each reports of a server that drops every third request of a connection, without a word. */
export async function droppedThirds(seconds: number): Promise<Reported[]> {
  return [await asReported('hitless', byBuiltin, seconds), await asReported('autocannon', byAutocannon, seconds)];
}

type Sent = { counted: number; failed: number };

async function asReported(who: string, send: (port: number, seconds: number) => Promise<Sent>, seconds: number) {
  const server = await startServer({ mode: 'every-third', closedMs: 0, everyMs: 0 });
  try {
    const sent = await send(server.port, seconds);
    const { ledger } = await server.books();
    return { who, received: ledger.length, dropped: ledger.filter(([, what]) => what === 'fin').length, ...sent };
  } finally {
    server.kill();
  }
}

async function byBuiltin(port: number, seconds: number): Promise<Sent> {
  const lane = laneOf({ connection: 'kept', connections: 10, overflow: 0, rate: 500, requests: 500 * seconds });
  const { counts } = await runLanes({ lanes: [lane], route: addressOf(port) });
  return { counted: counts[0]?.sent ?? 0, failed: counts[0]?.failed ?? 0 };
}

async function byAutocannon(port: number, seconds: number): Promise<Sent> {
  const program = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js');
  const args = [program, '-j', '-n', '-c', '10', '-R', '500', '-d', `${seconds}`, `http://127.0.0.1:${port}/`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  for await (const data of child.stdout) text += data;
  const result = JSON.parse(text) as { requests: { total: number }; errors: number; timeouts: number; non2xx: number };
  return { counted: result.requests.total, failed: result.errors + result.timeouts + result.non2xx };
}
