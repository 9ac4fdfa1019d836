import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface ArrivalServer {
  url: string;
  /** When each request arrived since the last call, in us, in order. */
  arrivals(): Promise<number[]>;
  stop(): void;
}

/** Builds the Go program into `folder` and starts it. */
export async function startArrivalServer(folder: string): Promise<ArrivalServer> {
  const binary = join(folder, 'arrivals');
  const source = join(import.meta.dirname, 'arrivals');
  const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: source, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('go build failed');
  const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    async arrivals() {
      const text = await (await fetch(`${url}arrivals`)).text();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map(Number)
        .sort((a, b) => a - b);
    },
    stop: () => child.stdin.end(),
  };
}
