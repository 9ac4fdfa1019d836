import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, vi } from 'vitest';
import { cleanDeadRuns, leaseFolder, runVariable } from '../../../targets/lease.ts';
import { processesWith } from '../../../targets/process-identity.ts';
import { manifestOf, test } from '../deployed.ts';

const folderOfApp = dirname(dirname(fileURLToPath(import.meta.url)));

interface Owner {
  runId: string;
  process: ChildProcess;
  said(line: string): Promise<void>;
}

/** A process of its own that deploys, so that it can be killed. */
function startOwner(name: string): Owner & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
  const manifest = join(folder, 'app.yml');
  writeFileSync(manifest, manifestOf({ container: { readinessProbe: undefined } }));
  const runId = `owner-${name}-${process.pid}`;
  const script = join(folderOfApp, 'owner.ts');
  const owner = spawn(process.execPath, [script, runId, folder, manifest, folderOfApp], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = new Set<string>();
  createInterface({ input: owner.stdout }).on('line', (line) => lines.add(line));
  const said = (line: string) => vi.waitFor(() => expect(lines).toContain(line), { timeout: 40_000, interval: 5 });
  return {
    runId,
    process: owner,
    said,
    [Symbol.dispose]: () => {
      owner.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const left = (runId: string) => processesWith(runVariable, runId);
const leaseOf = (runId: string) => join(leaseFolder(), `${runId}.json`);
const nothingLeft = (runId: string) =>
  vi.waitFor(
    () =>
      expect({ processes: left(runId), lease: existsSync(leaseOf(runId)) }).toEqual({ processes: [], lease: false }),
    {
      timeout: 20_000,
    },
  );

describe.concurrent('cleanup', () => {
  test.each([0, 5, 150, 700, 1100, 2000])('%i ms after the start leaves nothing', async (ms) => {
    using owner = startOwner(`interrupted-${ms}`);
    const exit = once(owner.process, 'exit');
    await Promise.race([owner.said('prepared'), exit]);
    await sleep(ms);
    owner.process.kill('SIGINT');
    // It ends by itself: no timer, no listener and no socket of the target holds it.
    expect(await exit).toEqual([0, null]);
    expect(left(owner.runId)).toEqual([]);
    expect(existsSync(leaseOf(owner.runId))).toBe(false);
  });

  test('is done once, may be asked for twice, and ends what comes after it', async ({ deploy }) => {
    const { target, events } = await deploy();
    const before = events.length;
    await Promise.all([target.cleanup(), target.cleanup()]);
    await target.cleanup();
    expect(events.length).toBe(before);
    expect(target.state().replicas.map(({ phase }) => phase)).not.toContain('terminating');
    await expect(target.rollout('app', 'test/app:v2')).rejects.toMatchObject({ code: 'HITLESS_CLEANED_UP' });
  });

  test('in the middle of prepare ends it', async ({ describeApp }) => {
    const { target } = describeApp();
    const preparing = target.prepare();
    const rejected = expect(preparing).rejects.toMatchObject({ code: 'HITLESS_CLEANED_UP' });
    await target.cleanup();
    await rejected;
  });
});

describe.concurrent('an owner that is killed', () => {
  test.each([0, 600, 900, 1500])('%i ms after its start leaves nothing', async (ms) => {
    using owner = startOwner(`killed-${ms}`);
    await owner.said('prepared');
    await sleep(ms);
    owner.process.kill('SIGKILL');
    await nothingLeft(owner.runId);
  });

  test('is cleaned up after by the next one, and one that lives is not', async () => {
    using living = startOwner('living');
    await living.said('deployed');
    const count = left(living.runId).length;
    expect(count).toBeGreaterThanOrEqual(3);
    const dead = { pid: living.process.pid ?? 0, start: 'another process had this pid' };
    const runId = `dead-${process.pid}`;
    // A stranger with the pid of a dead run's replica: this very process. It must live.
    const stranger = { pid: process.pid, start: 'long ago' };
    const orphan = spawn('sleep', ['600'], { env: { ...process.env, [runVariable]: runId }, detached: true });
    writeFileSync(leaseOf(runId), JSON.stringify({ runId, owner: dead, processes: [stranger] }));
    const lines = await cleanDeadRuns();
    expect(lines.filter((line) => line.includes(runId))).toEqual([
      `removed what run ${runId} left: its lease, 1 process (its owner, pid ${dead.pid}, is gone)`,
    ]);
    expect(orphan.signalCode ?? (await once(orphan, 'exit'))[1]).toBe('SIGKILL');
    expect(left(living.runId).length).toBe(count);
    expect(existsSync(leaseOf(living.runId))).toBe(true);
  });
});
