import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, createServer as createTcpServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../../cli/doctor/finding.ts';
import { scratch, startCli } from '../../e2e/run-cli.ts';
import { certificate } from '../../targets/url/certificate.ts';

/** Each starts the command line twice, which takes a busy machine half a minute. */
const patience = { timeout: 300_000 };

/** A machine without a cluster, an engine, a proxy; with what is in `bin` on its PATH. */
async function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}, bin?: Record<string, string>) {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  mkdirSync(join(folder, 'bin'));
  for (const [name, script] of Object.entries(bin ?? {})) {
    writeFileSync(join(folder, 'bin', name), script);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const bare = { HOME: folder, KUBECONFIG: '', DOCKER_HOST: `unix://${folder}/none.sock`, HTTP_PROXY: '', K6: '' };
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  const end = await startCli(['doctor', ...args], { cwd: folder, env: { ...bare, PATH: path, ...env } }).end;
  expect(end.stderr).toBe('');
  const { ready, findings } = args.includes('--json')
    ? (JSON.parse(end.stdout) as { ready: boolean; findings: Finding[] })
    : { ready: undefined, findings: [] };
  return { ...end, ready, find: (name: string) => findings.find((finding) => finding.name === name) };
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('where traffic alone can judge, verify could run', async () => {
  const url = await listen(createServer((_, answer) => answer.end()));
  const { code, ready, find } = await doctor(['--url', url, '--json']);
  expect({ code, ready }).toEqual({ code: 0, ready: true });
  expect(find('address')).toEqual({ name: 'address', status: 'ok', message: `${url}/ answers` });
  expect(find('node')).toMatchObject({ status: 'ok', message: expect.stringContaining(process.version) });
  expect(find('charts')).toMatchObject({ status: 'ok' });
  expect(find('proxy')).toMatchObject({ status: 'ok' });
  expect(find('cluster')).toMatchObject({ status: 'warning', message: expect.stringContaining('traffic alone') });
  expect(find('docker engine')).toMatchObject({ status: 'warning', message: expect.stringContaining('ENOENT') });
});

test('in lines, with the way to mend below', async () => {
  const { code, stdout } = await doctor(['--url', 'http://127.0.0.1:9']);
  expect(stdout).toMatch(/^missing {2}address +nobody listens at 127\.0\.0\.1:9 .*\n +Is the port right/m);
  expect(stdout).toMatch(/\n\nverify could not run here: address\n$/);
  expect(code).toBe(3);
});

test('a cluster that was asked for has to be there', async () => {
  const { code, find } = await doctor(['--json', '-n', 'shop', '--service', 'shop']);
  expect(find('cluster')).toMatchObject({ status: 'missing', mend: expect.stringContaining('--kubeconfig') });
  expect(code).toBe(3);
});

test('what answers with a bad status is a warning', async () => {
  const url = await listen(
    createServer((_, answer) => {
      answer.statusCode = 503;
      answer.end();
    }),
  );
  const { code, find } = await doctor(['--url', url, '--json']);
  expect(find('address')).toMatchObject({ status: 'warning', message: expect.stringContaining('answers 503') });
  expect(code).toBe(0);
});

test('https is trusted as verify would, and the host is where --resolve says', patience, async () => {
  const { port } = new URL(await listen(createTlsServer(certificate, (_, answer) => answer.end())));
  const there = ['--json', '--url', `https://localhost:${port}/cart?a=1`, '--resolve', `localhost:${port}:127.0.0.1`];
  const unknown = await doctor(there);
  expect(unknown.find('address')).toMatchObject({ status: 'missing', message: expect.stringContaining('certificate') });
  const taken = await doctor([...there, '--insecure']);
  expect(taken.find('address')).toMatchObject({ status: 'ok', message: expect.stringContaining('/cart?a=1 answers') });
});

test('k6 is found where K6 or the PATH says', patience, async () => {
  const script = (version: string) => `#!/bin/sh\nif [ -z "$K6_OUT" ]; then echo '{"version":"${version}"}'; fi\n`;
  const onPath = await doctor(['--json'], { K6_OUT: 'json' }, { k6: script('v1.8.1') });
  expect(onPath.find('k6')).toEqual({ name: 'k6', status: 'ok', message: 'v1.8.1 (k6)' });
  const named = await doctor(['--json'], { K6: '/nowhere/k6' }, { k6: script('v1.8.1') });
  expect(named.find('k6')).toMatchObject({ status: 'warning', message: expect.stringContaining('K6=/nowhere/k6') });
});

test('wrong words are told as everywhere', async () => {
  const { code, stderr } = await startCli(['doctor', '--url', 'shop']).end;
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--url: ') });
});
