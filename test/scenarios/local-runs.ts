import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Result } from '../../record/result.ts';
import { readResult } from '../../record/result-file.ts';
import { runFiles } from '../../record/run-folder.ts';
import { runScenarioByCli, scratch } from '../e2e/run-cli.ts';

/**
 * What scenarios left on the local target, there when tests begin. CI has run all that ship by then, and says in
 * HITLESS_LOCAL_RUNS where (test/cluster/scenarios.ts --keep); what is not there is run now. They mostly wait, so they run
 * side by side. A busy machine may make a run inconclusive; what it saw it saw.
 */
export function localRuns(names: readonly string[]): ReadonlyMap<string, Result> {
  const { folder, remove } = scratch();
  afterAll(remove);
  const results = new Map<string, Result>();
  beforeAll(async () => {
    await Promise.all(names.map(async (name) => results.set(name, keptResult(name) ?? (await run(name, folder)))));
  }, 240_000);
  return results;
}

function keptResult(name: string): Result | undefined {
  const { HITLESS_LOCAL_RUNS: kept } = process.env;
  if (kept === undefined) return undefined;
  const folders = [`local-${name}-again`, `local-${name}`].map((run) => join(kept, run));
  const file = folders.map((folder) => runFiles(folder).result).find(existsSync);
  return file === undefined ? undefined : readResult(file);
}

async function run(name: string, folder: string): Promise<Result> {
  const { result } = await runScenarioByCli(name, join(folder, name), ['--reporter', 'json', '--seed', '1']);
  return result;
}
