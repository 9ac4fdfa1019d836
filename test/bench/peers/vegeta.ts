import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** It knows no number of requests, so that is so many at this rate, for a millisecond at least: it ends without one where its clock is past its end at once. */
const ratePerS = 20_000;
const leastSeconds = 0.001;

interface Told {
  requests: number;
  status_codes: Record<string, number>;
}

export function vegeta(program: string): Peer {
  const told = spawnSync('go', ['version', '-m', program], { encoding: 'utf8' }).stdout ?? '';
  const version = /^\s*mod\s.*\sv(\d+\.\d+\.\d+)/m.exec(told)?.[1] ?? '';
  const results = (folder: string) => join(folder, 'vegeta.bin');
  return {
    name: `vegeta ${version}`.trim(),
    order({ url, connections, rate, until }, folder) {
      const limits = ['-workers', '-max-workers', '-connections', '-max-connections'].map(
        (name) => `${name}=${connections}`,
      );
      const pace = rate ?? ('seconds' in until ? 0 : Math.min(ratePerS, until.requests / leastSeconds));
      const seconds = 'seconds' in until ? until.seconds : until.requests / pace;
      const args = ['attack', `-rate=${pace}`, `-duration=${seconds}s`, ...limits, `-output=${results(folder)}`];
      return { command: program, args, input: `GET ${url}\n` };
    },
    reported(_, folder) {
      const report = spawnSync(program, ['report', '-type=json', results(folder)], { encoding: 'utf8' });
      const { requests, status_codes: statuses } = JSON.parse(report.stdout) as Told;
      const good = Object.entries(statuses).reduce((sum, [status, n]) => sum + (status.startsWith('2') ? n : 0), 0);
      return { counted: requests, failed: requests - good };
    },
  };
}
