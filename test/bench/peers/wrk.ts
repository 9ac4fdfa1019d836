import { spawnSync } from 'node:child_process';
import type { Peer } from './peer.ts';

/** It knows neither a rate nor a number of requests. */
export function wrk(program: string): Peer {
  const version = /(\d+\.\d+\.\d+)/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  return {
    name: `wrk ${version}`.trim(),
    order({ url, connections, rate, until }) {
      if (rate !== null || !('seconds' in until)) return null;
      const args = ['-t', `${Math.min(2, connections)}`, '-c', `${connections}`, '-d', `${until.seconds}s`, url];
      return { command: program, args };
    },
    reported(stdout) {
      const counted = Number(/(\d+) requests in/.exec(stdout)?.[1]);
      const errors =
        /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
      const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
      const failed = errors.map(Number).reduce((a, b) => a + b, 0);
      return { counted: counted + failed, failed: failed + bad };
    },
  };
}
