import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findPath } from '../../../targets/url/path/find-path.ts';
import { watchListener } from '../../../targets/url/path/watch-listener.ts';
import { lacks } from '../../available.ts';
import type { Front } from '../../paths/fronts/front.ts';
import { startNginx } from '../../paths/fronts/nginx.ts';
import { answers, freePort, started, stopped } from '../../paths/fronts/process.ts';

const server = (port: number) =>
  `require('node:http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')`;
/** 20 clients, each of which comes anew as soon as it was answered. */
const asks = (port: string) => `const ask = () => {
  const client = require('node:net').connect(${port}, '127.0.0.1', () => client.write('GET /control HTTP/1.0\\r\\n\\r\\n'));
  client.resume().on('error', () => {}).on('close', ask);
}; for (let i = 0; i < 20; i++) ask();`;

test('a program that is slow and opens nothing is asked for a few seconds at most', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-slow-'));
  const [port, asked] = [await freePort(), join(folder, 'asked')];
  const slow = `require('node:http').createServer((_, answer) => {
    require('node:fs').appendFileSync('${asked}', '.');
    setTimeout(() => answer.end(), 250);
  }).listen(${port}, '127.0.0.1')`;
  const child = started(process.execPath, ['-e', slow]);
  onTestFinished(async () => {
    await stopped(child);
    rmSync(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, child);
  const place = { address: '127.0.0.1', port, host: `127.0.0.1:${port}`, path: '/', tls: null };
  const watched = await watchListener(place, [String(child.pid)], new AbortController().signal);
  expect(watched).toEqual({ opened: [], opens: false });
  // Each takes a quarter of a second, and is waited for twice as long before: 200 would take minutes.
  expect(readFileSync(asked, 'utf8').length).toBeLessThan(30);
}, 200_000);

describe.skipIf(lacks('nginx'))('a real nginx on this machine, of whose way onward only its sockets tell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-watch-'));
  const children: ReturnType<typeof started>[] = [];
  const run = (script: string) => children.push(started(process.execPath, ['-e', script]));
  let front: Front;
  beforeAll(async () => {
    const port = await freePort();
    run(server(port));
    await answers(`http://127.0.0.1:${port}`, children[0] as (typeof children)[0]);
    const app = { host: '127.0.0.1', port };
    front = await startNginx({ folder, backends: [app], control: app, opensEach: true });
  });
  afterAll(async () => {
    await front.stop();
    for (const child of children) await stopped(child);
    rmSync(folder, { recursive: true });
  });
  const find = (url: string) => findPath({ url: new URL(url), signal: new AbortController().signal });

  test('that opens a connection for each request and closes it with the answer is seen to, each time', async () => {
    for (let time = 0; time < 8; time++) {
      const { path, evidence } = await find(front.url);
      expect(path).toBe('l7-proxy');
      expect(evidence.at(-1)).toMatch(
        /^At 127\.0\.0\.1:\d+ the program nginx of this machine listens, (with|and opens) connections of its own/,
      );
    }
  });

  test('that answers by itself is not taken for one that hands on, however many others come', async () => {
    expect(await find(front.controlUrl)).toMatchObject({ path: 'unknown' });
    run(asks(new URL(front.url).port));
    for (let time = 0; time < 3; time++) expect(await find(front.controlUrl)).toMatchObject({ path: 'unknown' });
  });
});
