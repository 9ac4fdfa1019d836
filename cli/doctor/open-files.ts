import { readFile } from 'node:fs/promises';
import type { Finding, Look } from './finding.ts';

/** A request that is not answered is given up after so long by default: connect, headers and body, in s. */
const longestRequestS = 45;
/** What Node and the record have open themselves, and room. */
const ownFiles = 100;

/** Each connection is an open file; Node raises its own soft limit to the hard one. */
export const lookAtOpenFiles: Look = async ({ rate }) => {
  if (process.platform !== 'linux')
    return [{ name: 'open files', status: 'ok', message: 'the limit is not told here; see ulimit -n' }];
  const limits = await readFile('/proc/self/limits', 'utf8');
  const [, soft = 'unlimited'] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
  return [filesFinding(soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft), rate)];
};

export function filesFinding(limit: number, rate: number): Finding {
  const name = 'open files';
  const needed = Math.ceil(rate * longestRequestS) + ownFiles;
  const most = Number.isFinite(limit) ? String(limit) : 'without a limit';
  if (needed <= limit) return { name, status: 'ok', message: `${most}; ${needed} would do if nothing answered` };
  return {
    name,
    status: 'warning',
    message: `${limit}, and ${rate} requests a second need ${needed} while nothing answers: what is not sent then is counted as unsent`,
    mend: `Raise it (ulimit -n ${needed}), or send less.`,
  };
}
