import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import { isDead, ownerInWords, ownerLabel, runLabel } from '../owner.ts';
import { type Engine, type EngineSettings, openEngine } from './engine/engine.ts';

/** A container may be on its way into being while its run ends: looked for again until none comes. */
const mostRounds = 40;

/** Removes all containers of a run, at once. Returns how many there were. */
export async function removeContainersOf(engine: Engine, runId: string): Promise<number> {
  const removed = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const found = await engine.listContainers([`${runLabel}=${runId}`]);
    if (found.length === 0) break;
    await Promise.all(found.map(({ id }) => engine.removeContainer(id)));
    for (const { id } of found) removed.add(id);
    await sleep(20);
  }
  return removed.size;
}

/**
 * Removes the containers of runs whose owner is dead, never those of a living one: the labels say whose they are. A line
 * for each run that something was removed of.
 */
export async function cleanDeadContainers(engine: Engine): Promise<string[]> {
  const dead = new Map<string, string | undefined>();
  for (const { labels } of await engine.listContainers([runLabel])) {
    const runId = labels[runLabel];
    if (runId !== undefined && isDead(labels[ownerLabel])) dead.set(runId, labels[ownerLabel]);
  }
  const lines: string[] = [];
  for (const [runId, owner] of dead) {
    const count = await removeContainersOf(engine, runId);
    const containers = count === 1 ? '1 container' : `${count} containers`;
    lines.push(
      `removed what run ${runId} left: ${containers} at ${engine.host} (its owner, ${ownerInWords(owner)}, is gone)`,
    );
  }
  return lines;
}

/** The same for an engine that may not be there; nothing is left where there is none. */
export async function cleanEngine(settings: EngineSettings = {}): Promise<string[]> {
  let engine: Engine;
  try {
    engine = await openEngine(settings);
  } catch (error) {
    if (error instanceof HitlessError) return [];
    throw error;
  }
  try {
    return await cleanDeadContainers(engine);
  } finally {
    await engine.close();
  }
}
