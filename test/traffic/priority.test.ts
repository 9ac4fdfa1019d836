import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { leastOf, type Scheduling } from '../../runner/traffic/priority.ts';
import { lacks } from '../available.ts';

/** sched(7): the policies of the kernel, field 41 of /proc/PID/stat. */
const ordinary = '0';
const roundRobin = '2';

interface Seen {
  scheduling: Scheduling;
  thread: string;
  main: string;
  child: string;
}

const script = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  const { execFileSync } = require('node:child_process');
  const policyIn = (stat) => stat.split(') ')[1].split(' ')[38];
  void import(workerData.module).then(({ goAhead }) => {
    const scheduling = goAhead(workerData.rests);
    parentPort.postMessage({
      scheduling,
      thread: policyIn(readFileSync('/proc/thread-self/stat', 'utf8')),
      main: policyIn(readFileSync('/proc/' + process.pid + '/task/' + process.pid + '/stat', 'utf8')),
      child: policyIn(execFileSync('cat', ['/proc/self/stat'], { encoding: 'utf8' })),
    });
  });`;

/** In a thread of a process of its own, which is over afterwards. */
function inThread(rests: boolean): Promise<Seen> {
  const module = new URL('../../runner/traffic/priority.ts', import.meta.url).href;
  const worker = new Worker(script, { eval: true, workerData: { module, rests } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

describe.skipIf(lacks('realtime'))('where real time is allowed', () => {
  test('a thread that rests goes before others, and takes neither the rest of hitless nor its children along', async () => {
    expect(await inThread(true)).toEqual({
      scheduling: 'real-time',
      thread: roundRobin,
      main: ordinary,
      child: ordinary,
    });
  });

  test('a thread that never rests stays out of real time', async () => {
    expect(await inThread(false)).toMatchObject({ scheduling: 'ahead', thread: ordinary });
  });
});

test('of several threads the least is said', () => {
  expect(leastOf(['real-time', 'ahead'])).toBe('ahead');
  expect(leastOf(['real-time', 'ordinary', 'ahead'])).toBe('ordinary');
  expect(leastOf(['real-time', 'real-time'])).toBe('real-time');
});
