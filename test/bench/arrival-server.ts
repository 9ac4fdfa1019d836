import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildGo } from './go-program.ts';

export interface Arrivals {
  /** In us, in order. */
  us: number[];
  /** The first one, in us since 1970; NaN where there was none. */
  firstAtUs: number;
}

export interface ArrivalServer {
  url: string;
  /** When each request arrived since the last call. */
  arrivals(): Promise<Arrivals>;
  stop(): void;
}

/** Builds the Go program into `folder` and starts it. */
export async function startArrivalServer(folder: string): Promise<ArrivalServer> {
  const child = spawn(buildGo('arrivals', folder), { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    async arrivals() {
      const answer = await fetch(`${url}arrivals`);
      const text = await answer.text();
      const us = text
        .split('\n')
        .filter((line) => line !== '')
        .map(Number)
        .sort((a, b) => a - b);
      return { us, firstAtUs: Number(answer.headers.get('x-start-us')) + (us[0] ?? Number.NaN) };
    },
    stop: () => child.stdin.end(),
  };
}
