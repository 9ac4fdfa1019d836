import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { cpuBetween, processTree, readCpu, serverProcesses } from '../../../runner/bench/effect/server-cpu.ts';

const onLinux = test.skipIf(!existsSync('/proc/self/schedstat'));

/** A process with a child of its own, each of which listens; it burns what it is told to, and says what that was. */
async function startServers(): Promise<{ child: ChildProcess; ports: number[]; pids: number[] }> {
  const child = fork(new URL('./burning-server.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [{ ports, pids }] = (await once(child, 'message')) as [{ ports: number[]; pids: number[] }];
  return { child, ports, pids };
}

onLinux('a server is who listens on its port, and its children', async () => {
  const { ports, pids } = await startServers();
  expect(serverProcesses(ports[0] as number).map(({ pid }) => pid)).toEqual(pids);
  expect(serverProcesses(ports[1] as number)).toEqual([{ pid: pids[1], name: 'node' }]);
  expect(processTree(pids[0] as number).map(({ pid }) => pid)).toEqual(pids);
});

onLinux('nobody listens on a port that is free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(serverProcesses(port).map(({ pid }) => pid)).toContain(process.pid);
  server.close();
  await once(server, 'close');
  expect(serverProcesses(port)).toEqual([]);
  expect(processTree(2 ** 30)).toEqual([]);
});

onLinux('the CPU time of a process and its child is what they say they used', async () => {
  const { child, ports } = await startServers();
  const processes = serverProcesses(ports[0] as number);
  const before = readCpu(processes);
  child.send({ burnMs: 300 });
  const [{ usedUs }] = (await once(child, 'message')) as [{ usedUs: number }];
  const us = cpuBetween(before, readCpu(processes)) ?? 0;
  // They use some more to tell it.
  expect(us).toBeGreaterThan(0.95 * usedUs);
  expect(us).toBeLessThan(1.3 * usedUs + 100_000);
});

test('CPU time is told to 10 ms where a thread has ended meanwhile, and not at all where nobody is left', () => {
  const reading = (threads: [string, number][], ticks: number) => ({ threads: new Map(threads), ticks });
  const before = reading(
    [
      ['1 1', 1e6],
      ['1 2', 5e6],
    ],
    10,
  );
  expect(
    cpuBetween(
      before,
      reading(
        [
          ['1 1', 3e6],
          ['1 2', 5e6],
          ['1 3', 1e6],
        ],
        11,
      ),
    ),
  ).toBe(3_000);
  expect(cpuBetween(before, reading([['1 1', 3e6]], 12))).toBe(20_000);
  expect(cpuBetween(before, reading([], 12))).toBeNull();
});
