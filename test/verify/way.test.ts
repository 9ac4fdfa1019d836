import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { Authority, type Pair } from '../certificates.ts';
import { scratch, startCli } from '../e2e/run-cli.ts';
import { https } from '../targets/url/servers.ts';

let authority: Authority;
let good: Pair;
beforeAll(async () => {
  authority = await Authority.make();
  good = await authority.leaf({ names: ['shop.test'] });
});

const short = ['--baseline', '400ms', '--after', '400ms', '--resolution', '60s'];

function folderWith(files: Record<string, string>): string {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("verify goes by curl's flags: an authority, a client's certificate, an address, a method, a body of a file", async () => {
  const client = await authority.leaf({ names: ['client'] });
  const cwd = folderWith({ 'ca.pem': authority.pair.cert, 'me.pem': client.cert, 'me.key': client.key, body: 'a=1\n' });
  const got = new Set<string>();
  const secure = { ...good, ca: authority.pair.cert, requestCert: true, rejectUnauthorized: true };
  const port = await https(secure, (request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      if (request.method !== 'HEAD') got.add([request.method, request.url, request.headers.host, body].join(' '));
      response.end('ok');
    });
  });
  const way = ['--cacert', 'ca.pem', '--cert', 'me.pem', '--key', 'me.key', '--resolve', `shop.test:${port}:127.0.0.1`];
  const args = [
    'verify',
    '--url',
    `https://shop.test:${port}/cart`,
    ...way,
    '--data',
    '@body',
    ...short,
    '--out',
    'run',
  ];
  const { code, stdout, stderr } = await startCli([...args, '--', 'true'], { cwd }).end;
  expect(stdout + stderr).toContain('PASS');
  expect(code).toBe(0);
  expect([...got]).toEqual([`POST /cart shop.test:${port} a=1\n`]);
});

test('an authority that is not trusted is an error before any command runs; --insecure goes past it', async () => {
  const cwd = folderWith({});
  const port = await https(good, (_, response) => response.end());
  const way = ['--url', `https://shop.test:${port}`, '--resolve', `shop.test:${port}:127.0.0.1`];
  const refused = await startCli(['verify', ...way, ...short, '--', 'touch', 'ran'], { cwd }).end;
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain(`the certificate of shop.test:${port} is signed by "Authority of tests"`);
  expect(refused.stderr).toContain('--cacert');
  const taken = await startCli(['verify', ...way, '-k', ...short, '--', 'true'], { cwd }).end;
  expect(taken.code, taken.stdout).toBe(0);
});

test.each([
  [
    ['--cacert', 'none.pem', '--resolve', 'shop.test', '-H', 'Authorization: env:HITLESS_TEST_NONE'],
    [
      /^--cacert: there is no file /m,
      /^--resolve: expected host:port:address/m,
      /^--header: .*the environment variable HITLESS_TEST_NONE is not set$/m,
    ],
  ],
  [
    ['--key', 'me.key', '--resolve', 'other.test:443:127.0.0.1'],
    [
      /^--key: needs the certificate that it belongs to/m,
      /^--resolve: it is for other\.test:443, and traffic goes to shop\.test:443$/m,
    ],
  ],
  [['--data', '@none'], [/--data: none cannot be read \(ENOENT\)/]],
])('%j is wrong use, told at the flags', async (flags, messages) => {
  const cwd = folderWith({ 'me.key': good.key });
  const { code, stderr } = await startCli(['verify', '--url', 'https://shop.test/', ...flags, '--', 'true'], { cwd })
    .end;
  for (const message of messages) expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
