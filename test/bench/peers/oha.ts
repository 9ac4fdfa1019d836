import { spawnSync } from 'node:child_process';
import type { Peer } from './peer.ts';

interface Told {
  statusCodeDistribution: Record<string, number>;
  errorDistribution: Record<string, number>;
}

export function oha(program: string): Peer {
  const version = /(\d+\.\d+\.\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  return {
    name: `oha ${version}`.trim(),
    order({ url, connections, rate, until }) {
      // Else those under way at the end are among its errors.
      const limit = 'seconds' in until ? ['-w', '-z', `${until.seconds}s`] : ['-n', `${until.requests}`];
      const pace = rate === null ? [] : ['-q', `${rate}`];
      const args = ['--no-tui', '--output-format', 'json', '-c', `${connections}`, ...pace, ...limit, url];
      return { command: program, args };
    },
    reported(stdout) {
      const { statusCodeDistribution: statuses, errorDistribution: errors } = JSON.parse(stdout) as Told;
      const sum = (counts: Record<string, number>, wanted: (name: string) => boolean) =>
        Object.entries(counts).reduce((total, [name, count]) => total + (wanted(name) ? count : 0), 0);
      const broken = sum(errors, () => true);
      const bad = sum(statuses, (status) => !status.startsWith('2'));
      return { counted: sum(statuses, () => true) + broken, failed: bad + broken };
    },
  };
}
