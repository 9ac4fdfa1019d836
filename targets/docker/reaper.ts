import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterRun, spawnReaper } from '../reaper.ts';
import { openEngine } from './engine/engine.ts';
import { removeAllOf } from './removal.ts';

/** A container that the engine was making when the run died may come after the others: looked for that often, a second apart. */
const rounds = 5;

/** Removes a run's containers when its process dies, however it dies. Returns a function that ends it. */
export function startContainerReaper(runId: string, context: string | undefined): () => void {
  return spawnReaper(import.meta.url, [runId, ...(context === undefined ? [] : [context])]);
}

async function reap(runId: string, context: string | undefined): Promise<void> {
  const engine = await openEngine({ context });
  for (let round = 0; round < rounds; round++) {
    await removeAllOf(engine, runId);
    await sleep(1000);
  }
  await engine.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , runId = '', context] = process.argv;
  // Where the engine is gone too, the next run finds what is left by its label.
  afterRun(() => void reap(runId, context).catch(() => {}));
}
