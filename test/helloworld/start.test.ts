import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { get } from './client.ts';
import { killAll, listening, says, start } from './replica.ts';

afterEach(killAll);

test.each([
  [{ VERSION: 'v0.0.3' }, 'VERSION must be v0.0.1 or v0.0.2, not "v0.0.3"'],
  [{ PORT: 'http' }, 'PORT must be a port from 0 (any free one) to 65535, not "http"'],
  [{ PORT: '70000' }, 'PORT must be a port from 0 (any free one) to 65535, not "70000"'],
  [{ HOST: 'everywhere' }, 'HOST must be an IP address, not "everywhere"'],
  [{ DRAIN: '1' }, 'DRAIN must be a duration such as 500ms, 1s or 2m, at most 60m, not "1"'],
  [{ ANSWER_DELAY: '2h' }, 'ANSWER_DELAY must be a duration such as 500ms, 1s or 2m, at most 60m, not "2h"'],
  [{ START_DELAY: '61m' }, 'START_DELAY must be a duration such as 500ms, 1s or 2m, at most 60m, not "61m"'],
  [{ READY: 'no' }, 'READY must be never, not "no"'],
  [{ IGNORE_SIGTERM: '1' }, 'IGNORE_SIGTERM must be true or false, not "1"'],
  [{ IGNORE_SIGTERM: 'true', DRAIN: '1s' }, 'IGNORE_SIGTERM and DRAIN contradict each other: set one of them'],
])('%o is refused in one line, with exit code 2', async (environment, message) => {
  const app = start(environment as Record<string, string>);
  expect(await app.exited).toEqual([2, null]);
  expect(app.stderr).toBe(`helloworld: ${message}\n`);
  expect(app.stdout).toBe('');
});

test('empty variables are as good as none', async () => {
  const { port } = await listening({ VERSION: '', READY: '', DRAIN: '', LEDGER: '', HOST: '' });
  expect((await get(port)).headers['x-version']).toBe('v0.0.1');
});

test('a port in use is one line and exit code 1', async () => {
  const { port } = await listening();
  const second = start({ PORT: String(port) });
  expect(await second.exited).toEqual([1, null]);
  expect(second.stderr).toBe(`helloworld: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
});

test('a ledger that cannot be opened is one line and exit code 1', async () => {
  const app = start({ LEDGER: '/nowhere/at/all' });
  expect(await app.exited).toEqual([1, null]);
  expect(app.stderr).toBe("helloworld: ENOENT: no such file or directory, open '/nowhere/at/all'\n");
});

test('it listens on loopback only, unless HOST says otherwise', async () => {
  const { port } = await listening();
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  for (const host of ['127.0.0.2', ...(outside ? [outside.address] : [])]) {
    const socket = connect({ host, port });
    const [error] = await Promise.race([once(socket, 'error'), once(socket, 'connect')]).catch((thrown) => [thrown]);
    expect(error?.code).toBe('ECONNREFUSED');
  }
  const other = await listening({ HOST: '127.0.0.2' });
  const socket = connect({ host: '127.0.0.2', port: other.port });
  await once(socket, 'connect');
  socket.destroy();
});

test('START_DELAY: the process lives for a while before it listens', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');

  const app = start({ PORT: String(port), START_DELAY: '1500ms' });
  await says(app, 'waits 1500 ms');
  await expect(get(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await says(app, 'listens on');
  expect((await get(port)).status).toBe(200);
});
