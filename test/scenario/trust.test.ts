import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario } from '../../runner/scenario/load.ts';
import type { InvalidScenario } from '../../runner/scenario/problem.ts';
import { Authority } from '../certificates.ts';
import { sampleFolder } from './sample.ts';

let authority: Authority;
let folder: ReturnType<typeof sampleFolder>;
beforeAll(async () => {
  authority = await Authority.make();
  const [one, two] = await Promise.all([authority.leaf(), authority.leaf()]);
  folder = sampleFolder({
    'ca.pem': authority.pair.cert,
    'cert.pem': one.cert,
    'key.pem': one.key,
    'both.pem': `${one.cert}\n${one.key}`,
    'other.key': two.key,
    'locked.key': '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n',
    'broken.pem': '-----BEGIN CERTIFICATE-----\nnot-base64\n-----END CERTIFICATE-----\n',
    'note.txt': 'a secret that no message may show',
  });
});
afterAll(() => folder.remove());

const { env } = process;

/** The app of a scenario with these lines in it, and what is wrong with them. */
async function loaded(lines: string, headers = '{}') {
  const file = join(folder.path, 'a.yml');
  const lane = `lanes: [{ name: visitors, rate: 1, request: { headers: ${headers} } }]`;
  writeFileSync(file, `name: a\napp:\n${lines}\n${lane}\nsteps: [{ hold: 1s }]\n`);
  try {
    const { app, lanes } = await loadScenario(file);
    return { app, lanes, problems: [] };
  } catch (error) {
    const { problems } = error as InvalidScenario;
    return {
      problems: problems.map(({ location: { line, column } = {}, message }) => `${line}:${column}: ${message}`),
    };
  }
}

describe('app.tls', () => {
  test('is read when the scenario is, beside its file', async () => {
    const { app } = await loaded(
      '  url: https://shop.test\n  tls: { ca: ca.pem, cert: cert.pem, key: key.pem, servername: a.test, reuse: true }',
    );
    expect(app).toMatchObject({
      url: 'https://shop.test',
      tls: { ca: authority.pair.cert, cert: expect.stringContaining('BEGIN CERT'), servername: 'a.test', reuse: true },
    });
  });

  test("may hold a client's key in the certificate's file", async () => {
    const { app } = await loaded('  url: https://shop.test\n  tls: { cert: both.pem }');
    expect(app?.tls?.key).toContain('PRIVATE KEY');
  });

  test.each([
    ['ca: cb.pem', '4:14: app.tls.ca: there is no file "cb.pem"; did you mean "ca.pem"?'],
    ['ca: note.txt', '4:14: app.tls.ca: "note.txt" holds no certificate in PEM'],
    ['ca: broken.pem', '4:14: app.tls.ca: "broken.pem" holds no certificate in PEM'],
    ['cert: cert.pem', '4:16: app.tls.cert: needs the key that belongs to it, app.tls.key'],
    ['key: key.pem', '4:15: app.tls.key: needs the certificate that it belongs to, app.tls.cert'],
    ['cert: cert.pem, key: other.key', '4:31: app.tls.key: "other.key" is not the key of the certificate'],
    [
      'cert: cert.pem, key: locked.key',
      '4:31: app.tls.key: the key in "locked.key" has a passphrase; take it out into a file that only you can read',
    ],
    ['cert: cert.pem, key: note.txt', '4:31: app.tls.key: "note.txt" holds no private key in PEM'],
    ['servername: "a b"', '4:22: app.tls.servername: expected a host name: whose certificate it has to be, got "a b"'],
    ['unsafe: true', '4:10: unknown field "unsafe" in app.tls'],
  ])('{ %s } is refused where it is', async (tls, problem) => {
    expect((await loaded(`  url: https://shop.test\n  tls: { ${tls} }`)).problems).toEqual([problem]);
  });

  test('is refused where nothing is secure', async () => {
    expect((await loaded('  url: http://shop.test\n  tls: { insecure: true }')).problems).toEqual([
      '4:3: app.tls: only where app.url begins with https://',
    ]);
  });
});

describe('app.resolve', () => {
  test("says where the URL's host is", async () => {
    const { app } = await loaded('  url: https://shop.test\n  resolve: ["shop.test:443:10.0.0.7,[::1]"]');
    expect(app?.resolve).toEqual([{ host: 'shop.test', port: 443, addresses: ['10.0.0.7', '::1'] }]);
  });

  test.each([
    ['shop.test:443', 'expected host:port:address, such as shop.example.com:443:10.0.0.7, got "shop.test:443"'],
    [
      'shop.test:443:there',
      'expected host:port:address, such as shop.example.com:443:10.0.0.7, got "shop.test:443:there"',
    ],
    ['shop.test:80:10.0.0.7', 'it is for shop.test:80, and traffic goes to shop.test:443'],
    ['shop.tset:443:10.0.0.7', 'it is for shop.tset:443, and traffic goes to shop.test:443'],
  ])('%s is refused where it is', async (resolution, problem) => {
    const lines = `  url: https://shop.test\n  resolve: ["${resolution}"]`;
    expect((await loaded(lines)).problems).toEqual([`4:13: app.resolve[0]: ${problem}`]);
  });
});

describe('a header from the environment', () => {
  const app = '  url: http://shop.test';

  test('stays as it is written: only requests get the value', async () => {
    env.HITLESS_TEST_TOKEN = 'sentinel';
    const { lanes } = await loaded(app, '{ authorization: "Bearer env:HITLESS_TEST_TOKEN" }');
    expect(lanes?.[0]?.request.headers).toEqual({ authorization: 'Bearer env:HITLESS_TEST_TOKEN' });
  });

  test.each([
    ['env:HITLESS_TEST_NONE', undefined, 'the environment variable HITLESS_TEST_NONE is not set'],
    ['env:HITLESS_TEST_TOKEN', '', 'the environment variable HITLESS_TEST_TOKEN is empty'],
    ['Bearer env:HITLESS_TEST_TOKEN', 'sentinel\n', 'the environment variable HITLESS_TEST_TOKEN holds a line break'],
    ['env:a-b', undefined, 'env: is followed by the name of an environment variable, such as env:TOKEN'],
  ])('%s that is %j is refused where it is, without its value', async (value, held, problem) => {
    if (held !== undefined) env.HITLESS_TEST_TOKEN = held;
    const { problems } = await loaded(app, `{ authorization: "${value}" }`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^4:73: lanes\[0\]\.request\.headers\.authorization: /);
    expect(problems[0]).toContain(problem);
    expect(problems[0]).not.toContain('sentinel');
  });
});
