import { join } from 'node:path';
import type { Peer, Reported } from './peer.ts';

const script = join(import.meta.dirname, 'send.ts');

/** The builtin engine in a process of its own. `spin`: as lanes with `spin: true`; `tellsLateness`: reads its record at the end, which costs. */
export function hitless(name: string, { spin = false, tellsLateness = false } = {}): Peer {
  return {
    name,
    order: (load, folder) => ({
      command: process.execPath,
      args: [script, JSON.stringify({ ...load, spin, tellsLateness, folder })],
    }),
    reported: (stdout) => JSON.parse(stdout) as Reported,
  };
}
