import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { get } from './client.ts';
import { killAll, listening, start } from './replica.ts';

const folder = mkdtempSync(join(tmpdir(), 'hitless-test-'));
afterEach(killAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function count(port: number, requests: number): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: requests }, () => get(port)));
  return answers.map(({ body }) => (JSON.parse(body) as { counter: number }).counter).sort((a, b) => a - b);
}

test('a counter in a file goes on where a killed process ended, each number given out once', async () => {
  const counter = join(folder, 'counter');
  const environment = { VERSION: 'v0.0.2', COUNTER_FILE: counter };
  const first = await listening(environment);
  expect(await count(first.port, 20)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(readFileSync(counter, 'utf8')).toBe('20\n');
  first.process.kill('SIGKILL');
  await first.exited;
  const second = await listening(environment);
  expect(await count(second.port, 3)).toEqual([21, 22, 23]);
});

test('one in memory starts again', async () => {
  const first = await listening({ VERSION: 'v0.0.2' });
  expect(await count(first.port, 3)).toEqual([1, 2, 3]);
  const second = await listening({ VERSION: 'v0.0.2', COUNTER_FILE: '' });
  expect(await count(second.port, 1)).toEqual([1]);
});

test('a file that holds no count is one line and exit code 1', async () => {
  const counter = join(folder, 'broken');
  writeFileSync(counter, '12');
  const app = start({ VERSION: 'v0.0.2', COUNTER_FILE: counter });
  expect(await app.exited).toEqual([1, null]);
  expect(app.stderr).toBe(`helloworld: ${counter} holds no count\n`);
});
