import { setTimeout } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Connection, get } from './client.ts';
import { killAll, listening, says, start } from './replica.ts';

afterEach(killAll);

/** SIGTERM, and then until the app says that it is no longer ready. */
async function terminate(app: Awaited<ReturnType<typeof listening>>): Promise<void> {
  app.process.kill('SIGTERM');
  while ((await get(app.port, '/readyz')).status !== 503);
}

test('the plain app handles no signal: SIGTERM ends it and what it was answering', async () => {
  const app = await listening({ ANSWER_DELAY: '10s' });
  const busy = await new Connection(app.port).opened();
  busy.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect((await get(app.port, '/healthz')).status).toBe(200);
  app.process.kill('SIGTERM');
  expect(await app.exited).toEqual([null, 'SIGTERM']);
  await busy.closed();
  expect(busy.received).toBe('');
});

test('IGNORE_SIGTERM goes on as if nothing had been said', async () => {
  const app = await listening({ IGNORE_SIGTERM: 'true' });
  const kept = await new Connection(app.port).opened();
  await kept.get();
  for (let i = 0; i < 3; i++) {
    app.process.kill('SIGTERM');
    expect((await get(app.port, '/readyz')).status).toBe(200);
    expect((await kept.get()).headers.connection).toBe('keep-alive');
  }
  app.process.kill('SIGKILL');
  expect(await app.exited).toEqual([null, 'SIGKILL']);
});

test('a draining app keeps connections longer than the balancers in front of it', async () => {
  const app = await listening({ DRAIN: '1s' });
  expect((await get(app.port)).headers['keep-alive']).toBe('timeout=65');
});

test('the drain, step by step', async () => {
  const app = await listening({ DRAIN: '1500ms', VERSION: 'v0.0.2' });
  const [talking, idle, unused] = [
    await new Connection(app.port).opened(),
    await new Connection(app.port).opened(),
    await new Connection(app.port).opened(),
  ];
  expect((await talking.get()).headers.connection).toBe('keep-alive');
  expect((await idle.get()).headers.connection).toBe('keep-alive');

  await terminate(app);
  const signalledAt = performance.now();
  // A second signal does not shorten it.
  app.process.kill('SIGTERM');

  // A kept connection gets a whole answer and a goodbye, then the server's FIN and nothing else.
  const last = await talking.get();
  expect(last).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect(last.headers['keep-alive']).toBeUndefined();
  expect(await talking.closed()).toBe('end');
  expect(talking.received).toBe('');

  // New connections are still welcome, and healthy is not the same as ready.
  expect(await get(app.port)).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect((await get(app.port, '/healthz')).status).toBe(200);
  expect((await get(app.port, '/readyz')).status).toBe(503);

  // Idle ones stay until the drain is over: no sooner than the signal and 1.5 s (less the time until we saw it).
  expect(idle.closedBy).toBeNull();
  expect(await idle.closed()).toBe('end');
  expect(performance.now() - signalledAt).toBeGreaterThan(1000);
  expect(idle.received).toBe('');

  // One that never asked does not keep it from going, and with it the door is closed.
  expect(await unused.closed()).toBe('end');
  expect(await app.exited).toEqual([0, null]);
  expect(app.stderr).toBe('');
  await expect(get(app.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('requests in flight are finished, however long they outlast the drain', async () => {
  const app = await listening({ DRAIN: '100ms', ANSWER_DELAY: '1500ms' });
  const busy = await new Connection(app.port).opened();
  const answer = busy.get();
  await terminate(app);
  const during = await new Connection(app.port).opened();
  const second = during.get();
  expect(await answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect(await second).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect(await app.exited).toEqual([0, null]);
});

test('a request that is on its way when the drain ends is answered', async () => {
  const app = await listening({ DRAIN: '300ms' });
  const idle = await new Connection(app.port).opened();
  await idle.get();
  const begun = await new Connection(app.port).opened();
  begun.write('GET / HTTP/1.1\r\nHost: local');
  app.process.kill('SIGTERM');
  await idle.closed();
  begun.write('host\r\n\r\n');
  expect(await begun.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect(await app.exited).toEqual([0, null]);
});

test('under load no request is lost: kept connections move on when told', async () => {
  const app = await listening({ DRAIN: '600ms' });
  let goodbyes = 0;
  const clients = Array.from({ length: 10 }, async () => {
    const connection = await new Connection(app.port).opened();
    for (;;) {
      const answer = await connection.get();
      expect(answer.status).toBe(200);
      if (answer.headers.connection === 'close') break;
      await setTimeout(20);
    }
    goodbyes++;
    expect(await connection.closed()).toBe('end');
    expect(connection.received).toBe('');
  });
  await get(app.port);
  app.process.kill('SIGTERM');
  await Promise.all(clients);
  expect(goodbyes).toBe(10);
  expect(await app.exited).toEqual([0, null]);
});

test('SIGTERM before it listens ends it at once, with code 0', async () => {
  const app = start({ DRAIN: '50m', START_DELAY: '50m' });
  await says(app, 'waits 3000000 ms');
  app.process.kill('SIGTERM');
  expect(await app.exited).toEqual([0, null]);
});
