import type { Peer } from './peer.ts';

/** Its rate is of each worker; its summary stops counting at a million. */
export function hey(program: string): Peer {
  return {
    name: 'hey',
    order({ url, connections, rate, until }) {
      const limit = 'seconds' in until ? ['-z', `${until.seconds}s`] : ['-n', `${until.requests}`];
      const pace = rate === null ? [] : ['-q', `${rate / connections}`];
      return { command: program, args: ['-c', `${connections}`, ...pace, ...limit, url] };
    },
    reported(stdout) {
      const statuses = counts(/^\s*\[(\d+)\]\s+(\d+) responses$/gm, stdout);
      const errors = counts(/^\s*\[(\d+)\]\s+(?!\d+ responses$)\S/gm, stdout);
      const answered = statuses.reduce((sum, [, count]) => sum + Number(count), 0);
      const good = statuses.filter(([status]) => status?.startsWith('2')).reduce((sum, [, n]) => sum + Number(n), 0);
      const broken = errors.reduce((sum, [count]) => sum + Number(count), 0);
      return { counted: answered + broken, failed: answered - good + broken };
    },
  };
}

function counts(pattern: RegExp, text: string): string[][] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1));
}
