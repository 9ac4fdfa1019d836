import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { laneOf, runLanes } from '../traffic/run-lanes.ts';
import { quantile } from './spread.ts';

export interface Load {
  url: string;
  rate: number;
  connections: number;
  seconds: number;
}

/** Sends the load; gives back its own lateness (p99, ms) where it knows it. */
export type Sender = (load: Load) => Promise<number | null>;

export function builtin(spin: boolean): Sender {
  return async ({ url, rate, connections, seconds }) => {
    const lane = laneOf({ connection: 'kept', connections, rate, requests: rate * seconds, spin });
    const { rows, counts } = await runLanes({ lanes: [lane], route: { kind: 'address', url } });
    const [count] = counts;
    if (count?.planned !== count?.sent || count?.ok !== count?.planned)
      console.error(`builtin: ${JSON.stringify(count)}`);
    const late = rows.map((row) => row.readyUs - row.intendedUs).sort((a, b) => a - b);
    return quantile(late, 0.99) / 1000;
  };
}

export const autocannon: Sender = async ({ url, rate, connections, seconds }) => {
  const program = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js');
  await finished(process.execPath, [program, '-n', '-c', `${connections}`, '-R', `${rate}`, '-d', `${seconds}`, url]);
  return null;
};

/** Installs vegeta into `folder`; null where that does not work here. */
export function installVegeta(folder: string): Sender | null {
  const install = spawnSync('go', ['install', 'github.com/tsenart/vegeta/v12@latest'], {
    env: { ...process.env, GOBIN: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (install.status !== 0) return null;
  return async ({ url, rate, connections, seconds }) => {
    const limits = ['-workers', '-max-workers', '-connections', '-max-connections'].map(
      (name) => `${name}=${connections}`,
    );
    const order = ['attack', `-rate=${rate}`, `-duration=${seconds}s`, ...limits, '-output=/dev/null'];
    await finished(join(folder, 'vegeta'), order, `GET ${url}\n`);
    return null;
  };
}

async function finished(command: string, args: string[], input = ''): Promise<void> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} exited with ${code}: ${errors}`);
}
