import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

const folder = join(import.meta.dirname, '../../../node_modules/autocannon');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };

interface Told {
  requests: { total: number };
  errors: number;
  timeouts: number;
  non2xx: number;
}

export const autocannon: Peer = {
  name: `autocannon ${version}`,
  order({ url, connections, rate, until }) {
    const limit = 'seconds' in until ? ['-d', `${until.seconds}`] : ['-a', `${until.requests}`];
    const pace = rate === null ? [] : ['-R', `${rate}`];
    const args = [join(folder, 'autocannon.js'), '-j', '-n', '-c', `${connections}`, ...pace, ...limit, url];
    return { command: process.execPath, args };
  },
  reported(stdout) {
    const { requests, errors, timeouts, non2xx } = JSON.parse(stdout) as Told;
    return { counted: requests.total, failed: errors + timeouts + non2xx };
  },
};
