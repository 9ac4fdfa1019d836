import { setTimeout as sleep } from 'node:timers/promises';
import { HitlessError } from '../../record/error.ts';
import { isDead, ownerInWords, ownerLabel, runLabel } from '../owner.ts';
import { type Engine, type EngineSettings, openEngine } from './engine/engine.ts';

/**
 * A container may be on its way into being while its run ends, and podman removes none that another one lives in: looked
 * for again until none is left.
 */
const mostRounds = 40;

/** Removes all containers, images and volumes of a run, at once. Says how many there were, in words; undefined for none. */
export async function removeAllOf(engine: Engine, runId: string): Promise<string | undefined> {
  const mine = [`${runLabel}=${runId}`];
  const containers = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const found = await engine.listContainers(mine);
    if (found.length === 0) break;
    for (const { id } of found) containers.add(id);
    const outcomes = await Promise.allSettled(found.map(({ id }) => engine.removeContainer(id)));
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed.length === found.length) throw failed[0]?.reason;
    await sleep(20);
  }
  const images = await engine.listImages(mine);
  for (const { id } of images) await engine.removeImage(id, true).catch(() => {});
  const volumes = await engine.listVolumes(mine);
  for (const { name } of volumes) await engine.removeVolume(name).catch(() => {});
  const counts = [
    counted(containers.size, 'container'),
    counted(images.length, 'image'),
    counted(volumes.length, 'volume'),
  ].filter((text) => text !== '');
  return counts.length === 0 ? undefined : counts.join(' and ');
}

function counted(count: number, what: string): string {
  if (count === 0) return '';
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/**
 * Removes the containers, images and volumes of runs whose owner is dead, never those of a living one: the labels say whose they
 * are. A line for each run that something was removed of.
 */
export async function cleanDeadRunsOf(engine: Engine): Promise<string[]> {
  const dead = new Map<string, string | undefined>();
  const all = [
    ...(await engine.listContainers([runLabel])),
    ...(await engine.listImages([runLabel])),
    ...(await engine.listVolumes([runLabel])),
  ];
  for (const { labels } of all) {
    const runId = labels[runLabel];
    if (runId !== undefined && isDead(labels[ownerLabel])) dead.set(runId, labels[ownerLabel]);
  }
  const lines: string[] = [];
  for (const [runId, owner] of dead) {
    const removed = await removeAllOf(engine, runId);
    if (removed === undefined) continue;
    lines.push(
      `removed what run ${runId} left: ${removed} at ${engine.host} (its owner, ${ownerInWords(owner)}, is gone)`,
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
    return await cleanDeadRunsOf(engine);
  } finally {
    await engine.close();
  }
}
