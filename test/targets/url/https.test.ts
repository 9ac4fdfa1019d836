import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TlsSettings } from '../../../targets/tls.ts';
import { reach } from '../../../targets/url/reach.ts';
import { Authority, type Pair, selfSigned } from '../../certificates.ts';
import { http, https, tcp } from './servers.ts';

let authority: Authority;
let good: Pair;
let ca: string;
beforeAll(async () => {
  authority = await Authority.make();
  good = await authority.leaf();
  ca = authority.pair.cert;
});

function reached(port: number, tls: TlsSettings = { ca }, host = 'localhost'): Promise<string | undefined> {
  const way = { tls, addresses: ['127.0.0.1'] };
  return reach(new URL(`https://${host}:${port}/`), new AbortController().signal, way);
}

describe('an https address', () => {
  test('is asked once over TLS, as traffic will ask it', async () => {
    const asked: unknown[] = [];
    const port = await https(good, ({ method, url, headers, socket }, response) => {
      const { alpnProtocol, servername } = socket as TLSSocket & { servername: string };
      asked.push([method, url, headers.host, alpnProtocol, servername]);
      response.end();
    });
    expect(await reached(port)).toBe(undefined);
    expect(asked).toEqual([['HEAD', '/', `localhost:${port}`, 'http/1.1', 'localhost']]);
  });

  test('may be an IP address that the certificate is for, and answer badly', async () => {
    const port = await https(good, (_, response) => response.writeHead(503).end());
    expect(await reached(port, { ca }, '127.0.0.1')).toBe(`https://127.0.0.1:${port}/ answers 503`);
  });

  test('may have any certificate with insecure, and that of another name with servername', async () => {
    const elsewhere = await authority.leaf({ names: ['elsewhere.test'] });
    const port = await https(elsewhere, (_, response) => response.end());
    expect(await reached(port, { insecure: true })).toBe(undefined);
    expect(await reached(port, { ca, servername: 'elsewhere.test' })).toBe(undefined);
  });

  test("may want a client's certificate, and is shown it", async () => {
    const client = await authority.leaf({ names: ['client'] });
    const port = await https({ ...good, ca, requestCert: true }, (_, response) => response.end());
    expect(await reached(port, { ca, ...client })).toBe(undefined);
  });
});

describe('what is wrong with it is one message, before anything starts', () => {
  const fault = (code: string, message: string, hint: string | RegExp) => ({
    code,
    blame: 'environment',
    message,
    hint: expect.stringMatching(hint),
  });

  test('an authority that is not trusted', async () => {
    const port = await https(good, (_, response) => response.end());
    await expect(reached(port, {})).rejects.toMatchObject(
      fault(
        'HITLESS_URL_CERTIFICATE',
        `the certificate of localhost:${port} is signed by "Authority of tests", which is not trusted here (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)`,
        /app\.tls\.ca \(--cacert\)/,
      ),
    );
  });

  test('a certificate that is signed by itself', async () => {
    const port = await https(await selfSigned(), (_, response) => response.end());
    await expect(reached(port)).rejects.toMatchObject(
      fault(
        'HITLESS_URL_CERTIFICATE',
        `the certificate of localhost:${port} is signed by itself, and not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT)`,
        /app\.tls\.ca/,
      ),
    );
  });

  test('a certificate for another name', async () => {
    const port = await https(await authority.leaf({ names: ['a.test', 'b.test'] }), (_, response) => response.end());
    await expect(reached(port)).rejects.toMatchObject(
      fault(
        'HITLESS_URL_CERTIFICATE',
        `the certificate of localhost:${port} is for a.test, b.test, not for localhost`,
        /Is the host right/,
      ),
    );
  });

  test.each([
    ['expired', [-3, -1] as [number, number], / expired on .+ GMT$/],
    ['is not valid yet', [1, 3] as [number, number], / is valid from .+ GMT$/],
  ])('a certificate that %s', async (_, days, message) => {
    const port = await https(await authority.leaf({ days }), (_request, response) => response.end());
    const error = (await reached(port).catch((one: Error) => one)) as Error;
    expect(error).toMatchObject({
      code: 'HITLESS_URL_CERTIFICATE',
      blame: 'environment',
      hint: expect.stringContaining('clock'),
    });
    expect(error.message).toMatch(message);
  });

  test('plain http at the port', async () => {
    const port = await http((_, response) => response.end());
    await expect(reached(port)).rejects.toMatchObject(
      fault('HITLESS_URL_TLS', `localhost:${port} speaks plain http, and no TLS (https)`, /Write http:\/\//),
    );
  });

  test('something that is neither', async () => {
    const port = await tcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(reached(port)).rejects.toMatchObject({
      code: 'HITLESS_URL_TLS',
      message: expect.stringMatching(/^the TLS handshake with localhost:\d+ failed \(ERR_SSL_/),
    });
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)("a server that wants a client's certificate, by %s", async (version) => {
    const options = { ...good, ca, requestCert: true, minVersion: version, maxVersion: version };
    const port = await https(options, (_, response) => response.end());
    await expect(reached(port)).rejects.toMatchObject({
      code: 'HITLESS_URL_TLS',
      message: expect.stringMatching(/refuses the TLS handshake \(alert (certificate_required|handshake_failure)\)$/),
    });
  });
});
