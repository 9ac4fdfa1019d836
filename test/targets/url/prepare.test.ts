import { describe, expect, test } from 'vitest';
import { createUrlTarget } from '../../../targets/url/url.ts';
import { certificate } from './certificate.ts';
import { closedPort, http, tcp, tls } from './servers.ts';

/** Prepares a target with this URL; the lines that it had for the user. */
async function prepared(url: string): Promise<string[]> {
  const notices: string[] = [];
  const target = createUrlTarget({
    app: { url, manifests: [], images: {} },
    runId: 'test-url',
    folder: '/nonexistent',
    seed: 1,
    onEvent: () => {},
    onNotice: (line) => notices.push(line),
  });
  try {
    await target.prepare();
  } finally {
    await target.cleanup();
  }
  return notices.filter((line) => !line.startsWith('removed what run'));
}

describe('an address that can be reached', () => {
  test('is asked at its base, and nothing is said', async () => {
    const asked: string[] = [];
    const port = await http(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      response.end();
    });
    expect(await prepared(`http://127.0.0.1:${port}/shop`)).toEqual([]);
    // Once to reach it, and once to learn what stands there.
    expect(asked).toEqual(['HEAD /shop/', 'HEAD /shop/']);
  });

  test('may answer badly, as checks judge that; it is said', async () => {
    const port = await http((_, response) => response.writeHead(503).end());
    expect(await prepared(`http://127.0.0.1:${port}`)).toEqual([`http://127.0.0.1:${port}/ answers 503`]);
  });

  test('may lead elsewhere, where traffic does not follow', async () => {
    const port = await http((_, response) => response.writeHead(301, { location: 'https://shop.test/' }).end());
    expect(await prepared(`http://127.0.0.1:${port}`)).toEqual([
      `http://127.0.0.1:${port}/ answers 301 to https://shop.test/; redirects are not followed`,
    ]);
  });

  test('may close a connection without an answer, which is said', async () => {
    const port = await tcp((socket) => socket.once('data', () => socket.destroy()));
    expect(await prepared(`http://127.0.0.1:${port}`)).toEqual([
      `127.0.0.1:${port} accepts connections, and closed one without an answer`,
    ]);
  });
});

describe('what can never be answered is an error of the environment, before anything starts', () => {
  test('a name that nobody has', async () => {
    await expect(prepared('http://nobody.invalid')).rejects.toMatchObject({
      code: 'HITLESS_URL_NAME',
      blame: 'environment',
      message: expect.stringContaining('nobody.invalid'),
    });
  });

  test('a port where nobody listens', async () => {
    const port = await closedPort();
    await expect(prepared(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'HITLESS_URL_UNREACHABLE',
      blame: 'environment',
      field: 'app.url',
      message: `nobody listens at 127.0.0.1:${port} (127.0.0.1: ECONNREFUSED)`,
    });
  });

  test.each([
    ['with a certificate', certificate],
    ['that answers with an alert', null],
  ])('a port for TLS, %s', async (_, own) => {
    const port = await tls(own);
    await expect(prepared(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'HITLESS_URL_TLS',
      blame: 'environment',
      field: 'app.url',
      message: `127.0.0.1:${port} speaks TLS (https), and traffic is plain http`,
    });
  });

  test('a port where something else answers', async () => {
    const port = await tcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(prepared(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'HITLESS_URL_NOT_HTTP',
      blame: 'environment',
    });
  });

  test.each([
    ['ftp://shop.test', /expected http:\/\/ or https:\/\/, and this is ftp:/],
    ['http://me:hunter2@shop.test', /request\.headers/],
    ['http://shop.test/?a=1', /without \?a=1/],
    ['http://', /is no URL/],
  ])('%s is refused as it is, and never said again where it holds a password', async (url, message) => {
    const error = await prepared(url).catch((one: Error) => one);
    expect(error).toMatchObject({ code: 'HITLESS_URL', blame: 'usage', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('hunter2');
  });
});
