import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PodLog } from '../../../targets/controller/pod-log.ts';
import { Lease, runVariable } from '../../../targets/lease.ts';
import { environmentOf } from '../../../targets/local/environment.ts';
import { findIsolation } from '../../../targets/local/namespaces-allowed.ts';
import type { Isolation } from '../../../targets/local/pid-namespace.ts';
import { ProcessReplica } from '../../../targets/local/process-replica.ts';
import { processesWith } from '../../../targets/process-identity.ts';
import { lacks } from '../../available.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
const lease = new Lease(`replica-${process.pid}`);
const over = new AbortController();
afterAll(() => {
  lease.release();
  rmSync(folder, { recursive: true, force: true });
});

const env = environmentOf(
  { name: 'app', image: 'x', env: [], ports: [] },
  { context: folder },
  { name: 'pod', runId: lease.runId, port: 1 },
);

function start(isolation: Isolation, command: string[]): Promise<ProcessReplica> {
  const log = new PodLog(folder, 'pod');
  const spec = { pod: 'pod', command, cwd: folder, env, isolation, log, lease, over: over.signal };
  return ProcessReplica.start(spec, () => {});
}

const forever = ['node', '-e', 'setInterval(() => {}, 1000)'];

describe.each(['root', 'user', 'none'] as const)('isolation %s', (isolation) => {
  const skip = isolation !== 'none' && lacks(`${isolation}ns`);

  test.skipIf(skip)('passes exit codes on, and the last words', async () => {
    const replica = await start(isolation, ['sh', '-c', 'echo one; echo two >&2; exit 7']);
    expect(await replica.exited).toMatchObject({ code: 7, signal: null, lastLines: ['one', 'two'] });
  });

  test.skipIf(skip)('a kill is 137, and says its signal', async () => {
    const replica = await start(isolation, forever);
    await replica.signal('SIGKILL');
    expect(await replica.exited).toMatchObject({ code: 137, signal: 'SIGKILL', lastLines: [] });
  });

  test.skipIf(skip)('an exit code of 143 of its own is no signal that we sent', async () => {
    const replica = await start(isolation, ['sh', '-c', 'exit 143']);
    expect(await replica.exited).toMatchObject({ code: 143, signal: null });
  });

  test.skipIf(skip)('what it started ends with it when it is destroyed', async () => {
    const replica = await start(isolation, ['sh', '-c', 'sleep 600 & sleep 600']);
    expect(processesWith(runVariable, lease.runId).length).toBeGreaterThan(0);
    await replica.destroy();
    expect(processesWith(runVariable, lease.runId)).toEqual([]);
    expect(JSON.parse(readFileSync(lease.path, 'utf8'))).toMatchObject({ processes: [] });
  });
});

test.skipIf(lacks('pidns'))('PID 1 gets no signal that it does not handle; an ordinary child does', async () => {
  const contained = await start(findIsolation(), forever);
  const plain = await start('none', forever);
  await contained.signal('SIGTERM');
  await plain.signal('SIGTERM');
  expect(await plain.exited).toMatchObject({ code: 143, signal: 'SIGTERM' });
  const { stdout } = await contained.exec(['sh', '-c', 'kill -0 1 && echo alive'], 5000);
  expect(stdout).toBe('alive\n');
  await contained.destroy();
});
