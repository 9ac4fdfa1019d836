import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { killAll, listening, type Running, start } from './replica.ts';

let echo: Server | undefined;
afterEach(async () => {
  await killAll();
  echo?.close();
  echo = undefined;
});

interface Answer {
  body: string;
  version: string | null;
  by: string | null;
}

async function get(port: number, path: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  expect(response.status).toBe(200);
  const { headers } = response;
  return { body: await response.text(), version: headers.get('x-version'), by: headers.get('x-served-by') };
}

const originOf = (version: string, port = 0) =>
  listening({ VERSION: version, MAX_AGE: '60m', HOSTNAME: `origin-${version}`, PORT: String(port) }, 'origin.ts');
const edgeOf = (port: number) => listening({ ORIGIN: `127.0.0.1:${port}`, HOSTNAME: 'edge-1' }, 'edge.ts');

async function updated(old: Running & { port: number }, version: string): Promise<void> {
  old.process.kill('SIGKILL');
  await old.exited;
  await originOf(version, old.port);
}

test('an edge gives out what it may keep until it is purged, and asks for the page each time', async () => {
  const origin = await originOf('v0.0.1');
  const edge = await edgeOf(origin.port);
  expect(await get(edge.port, '/style.css')).toMatchObject({ version: 'v0.0.1', by: 'origin-v0.0.1' });
  expect(await get(edge.port, '/style.css')).toMatchObject({ version: 'v0.0.1', by: 'edge-1' });
  expect(await get(edge.port, '/')).toMatchObject({ by: 'origin-v0.0.1' });
  expect(await get(edge.port, '/')).toMatchObject({ by: 'origin-v0.0.1' });

  await updated(origin, 'v0.0.2');
  expect(await get(edge.port, '/')).toMatchObject({ version: 'v0.0.2', by: 'origin-v0.0.2' });
  expect(await get(edge.port, '/style.css')).toMatchObject({ version: 'v0.0.1', by: 'edge-1' });

  const purge = start({ PORT: String(edge.port) }, 'purge.ts');
  expect(await purge.exited).toEqual([0, null]);
  expect(await get(edge.port, '/style.css')).toMatchObject({ version: 'v0.0.2', by: 'origin-v0.0.2' });
});

test('a style sheet named by its content is of the version of the page that names it', async () => {
  const origin = await originOf('v0.0.1');
  const edge = await edgeOf(origin.port);
  const styleOf = async () => {
    const { body } = await get(edge.port, '/hashed');
    return get(edge.port, /href="([^"]+)"/.exec(body)?.[1] ?? '');
  };
  expect(await styleOf()).toMatchObject({ version: 'v0.0.1', by: 'origin-v0.0.1' });
  expect(await styleOf()).toMatchObject({ version: 'v0.0.1', by: 'edge-1' });
  await updated(origin, 'v0.0.2');
  expect(await styleOf()).toMatchObject({ version: 'v0.0.2', by: 'origin-v0.0.2' });
});

test('an edge whose origin does not answer says 502', async () => {
  const origin = await originOf('v0.0.1');
  const edge = await edgeOf(origin.port);
  origin.process.kill('SIGKILL');
  await origin.exited;
  expect((await fetch(`http://127.0.0.1:${edge.port}/style.css`)).status).toBe(502);
});

test('a distance holds back what passes it, in order, and a new connection for a round trip', async () => {
  echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const to = `127.0.0.1:${(echo.address() as { port: number }).port}`;
  const { port } = await listening({ TO: to, ONE_WAY: '30ms' }, 'distance.ts');
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const sentMs = performance.now();
  const words = Array.from({ length: 200 }, (_, index) => `${index} `);
  for (const word of words) socket.write(word);
  let received = '';
  let firstMs = 0;
  for await (const chunk of socket) {
    firstMs ||= performance.now() - sentMs;
    received += chunk;
    if (received.length >= words.join('').length) break;
  }
  expect(received).toBe(words.join(''));
  // Two ways of the handshake, one there, one back; each of the timers may fire a millisecond early.
  expect(firstMs).toBeGreaterThan(4 * 30 - 4);
});

test.each([
  ['edge.ts', 'edge: ORIGIN must be set'],
  ['distance.ts', 'distance: TO must be set'],
])('%s says what it lacks', async (file, message) => {
  const app = start({}, file);
  expect(await app.exited).toEqual([2, null]);
  expect(app.stderr).toBe(`${message}\n`);
});
