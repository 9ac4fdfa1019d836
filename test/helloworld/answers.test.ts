import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Connection, get } from './client.ts';
import { killAll, listening } from './replica.ts';

afterEach(killAll);

test('v0.0.1 answers as the tutorial prints it, byte by byte', async () => {
  const { port } = await listening();
  const { status, headers, body } = await get(port);
  expect(status).toBe(200);
  expect(body).toMatch(/^\{"hello":"world","name":"[A-Za-z0-9]{10}"\}$/);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': '37',
    'x-version': 'v0.0.1',
    connection: 'keep-alive',
    // Node's default, which the plain app keeps
    'keep-alive': 'timeout=5',
  });
});

test('a name lasts for a life and is not given twice', async () => {
  const names = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { port } = await listening();
      const [first, second] = [await get(port), await get(port)];
      expect(second.body).toBe(first.body);
      return JSON.parse(first.body).name;
    }),
  );
  expect(new Set(names).size).toBe(4);
});

test('v0.0.2 counts its hellos from 1 without gap or repeat, and nothing else', async () => {
  const { port } = await listening({ VERSION: 'v0.0.2' });
  await get(port, '/healthz');
  await get(port, '/readyz');
  await get(port, '/favicon.ico');
  const kept = await new Connection(port).opened();
  const answers = [await kept.get('/'), await kept.get('/?again')];
  const answer = await get(port);
  expect(answer.body).toMatch(/^\{"hello":"world","name":"[A-Za-z0-9]{10}","counter":3\}$/);
  expect(answer.headers['x-version']).toBe('v0.0.2');
  expect(answers.map(({ body }) => JSON.parse(body).counter)).toEqual([1, 2]);

  const counters = await Promise.all(
    Array.from({ length: 50 }, async () => JSON.parse((await get(port)).body).counter),
  );
  expect(counters.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 4));
});

test('it says how it is, and 404 to what it does not know', async () => {
  const { port } = await listening();
  expect(await get(port, '/healthz')).toMatchObject({ status: 200, body: '{"healthy":true}' });
  expect(await get(port, '/readyz')).toMatchObject({ status: 200, body: '{"ready":true}' });
  for (const path of ['/hello', '/readyz/', '//'])
    expect(await get(port, path)).toMatchObject({ status: 404, body: '{"error":"not found"}' });
});

test('READY=never is healthy and answers, but is never ready', async () => {
  const { port } = await listening({ READY: 'never' });
  expect((await get(port, '/readyz')).status).toBe(503);
  expect((await get(port, '/healthz')).status).toBe(200);
  expect((await get(port)).status).toBe(200);
});

test('ANSWER_DELAY holds back hellos, not probes', async () => {
  const { port } = await listening({ ANSWER_DELAY: '600ms' });
  const slow = await new Connection(port).opened();
  const answer = slow.get();
  expect((await get(port, '/readyz')).status).toBe(200);
  expect(slow.received).toBe('');
  expect((await answer).status).toBe(200);
});

test('the ledger has each id once, by the time of its answer, also after a SIGKILL', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'helloworld-'));
  try {
    const ledger = join(folder, 'handled');
    const apps = [await listening({ LEDGER: ledger }), await listening({ LEDGER: ledger })];
    const ids = Array.from({ length: 200 }, (_, i) => `request-${i}`);
    await Promise.all(
      ids.map(async (id, i) => {
        await get(apps[i % 2]?.port ?? 0, i % 10 === 0 ? '/missing' : '/', { 'x-hitless-id': id });
        expect(readFileSync(ledger, 'utf8')).toContain(`${id}\n`);
      }),
    );
    await get(apps[0]?.port ?? 0);
    await killAll();
    expect(readFileSync(ledger, 'utf8').trimEnd().split('\n').sort()).toEqual(ids.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
