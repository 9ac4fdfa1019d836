import { spawn } from 'node:child_process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { usedBy } from '../../../targets/local/usage.ts';
import { test as deployed } from '../deployed.ts';

test.skipIf(process.platform !== 'linux')('a process counts with all that it started', async () => {
  const child = spawn('sh', ['-c', `${process.execPath} -e 'for (;;);' & wait`], { detached: true });
  onTestFinished(() => void process.kill(-(child.pid ?? 0), 'SIGKILL'));
  // The shell itself only waits: what is busy is below it.
  await vi.waitFor(async () => expect((await usedBy(child.pid ?? 0))?.cpuMs).toBeGreaterThan(200), 30_000);
  expect((await usedBy(child.pid ?? 0))?.memoryBytes).toBeGreaterThan(20_000_000);
});

test('a process that is not there used nothing that could be told', async () => {
  expect(await usedBy(2 ** 22 + 1)).toBeUndefined();
});

deployed.skipIf(process.platform !== 'linux')(
  'a target tells of each replica, with a rate from the second time on',
  async ({ deploy }) => {
    const { target } = await deploy({ deployment: { replicas: 2 } });
    const read = () => target.usage?.read(new AbortController().signal);
    const pods = target.state().replicas.map(({ pod }) => pod);
    const first = await read();
    expect(first?.map(({ pod }) => pod).sort()).toEqual(pods.sort());
    expect(first?.every(({ cpuCores, memoryBytes }) => cpuCores === null && (memoryBytes ?? 0) > 10_000_000)).toBe(
      true,
    );
    expect((await read())?.every(({ cpuCores }) => (cpuCores ?? -1) >= 0)).toBe(true);
  },
);
