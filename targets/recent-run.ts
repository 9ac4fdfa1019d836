import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaseFolder } from './lease.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * How long Linux's connection tracking remembers an unanswered SYN (nf_conntrack_tcp_timeout_syn_sent, 120 s): a source
 * port that comes round again within that time is led to where it was led before, to a replica that is gone.
 */
const rememberedMs = 120_000;

interface Use {
  /** `address:port`, of each address of the name. */
  places: string[];
  owner: ProcessIdentity | undefined;
  /** null while it lasts. */
  endedMs: number | null;
}

/**
 * Writes down, beside the leases, that a run sends to these places (`address:port`) from now on. `follows` says of a run that did
 * so within the last two minutes, or still does: what connection tracking remembers of it may become losses of this one.
 */
export function useOfPlaces(runId: string, places: readonly string[]): { follows: string | undefined; end(): void } {
  const folder = leaseFolder();
  const file = join(folder, `places-${runId.replaceAll(/[^\w.-]/g, '_')}`);
  const follows = recentUse(folder, places);
  const own: Use = { places: [...places], owner: identify(process.pid), endedMs: null };
  write(file, own);
  return { follows, end: () => write(file, { ...own, endedMs: Date.now() }) };
}

function recentUse(folder: string, places: readonly string[]): string | undefined {
  const now = Date.now();
  let follows: string | undefined;
  for (const name of readdirSync(folder).filter((entry) => /^places-[\w.-]+(?<!\.tmp)$/.test(entry))) {
    const file = join(folder, name);
    const use = read(file);
    if (use === undefined) continue;
    const running = use.endedMs === null && use.owner !== undefined && isAlive(use.owner);
    // Nobody knows when a run that was killed had sent its last: it counts from when it is found.
    if (use.endedMs === null && !running) write(file, { ...use, endedMs: now });
    const agoMs = now - (use.endedMs ?? now);
    if (agoMs > rememberedMs || agoMs < 0) {
      rmSync(file, { force: true });
      continue;
    }
    const shared = use.places.find((place) => places.includes(place));
    if (shared === undefined) continue;
    const seconds = Math.round(agoMs / 1000);
    const how = running ? 'Another run sends to' : `A run that ended ${seconds} s ago sent to`;
    follows ??= `${how} ${shared} too: what connection tracking remembers of it, for two minutes, can become failures of this one.`;
  }
  return follows;
}

function write(file: string, use: Use): void {
  const next = `${file}.${process.pid}.tmp`;
  writeFileSync(next, JSON.stringify(use), { mode: 0o600 });
  renameSync(next, file);
}

function read(file: string): Use | undefined {
  try {
    const use = JSON.parse(readFileSync(file, 'utf8')) as Partial<Use>;
    const whole = Array.isArray(use.places) && (use.endedMs === null || typeof use.endedMs === 'number');
    return whole ? (use as Use) : undefined;
  } catch {
    return undefined;
  }
}
