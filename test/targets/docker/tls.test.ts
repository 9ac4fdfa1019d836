import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findEngine } from '../../../targets/docker/engine/address.ts';
import { openEngine } from '../../../targets/docker/engine/engine.ts';
import { lacks } from '../../available.ts';
import { Authority, type Pair } from '../../certificates.ts';
import { temporaryFolder } from '../../record/temporary-folder.ts';
import { testLabel } from './with-engine.ts';

/** The real engine, but behind a certificate, and for those alone that have one: what `dockerd --tlsverify` does. */
describe.skipIf(lacks('docker'))('an engine that is reached by TLS', () => {
  let ours: Authority;
  let theirs: Authority;
  let client: Pair;

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([Authority.make(), Authority.make('CN=Somebody else')]);
    client = await ours.leaf({ names: ['client'] });
  });
  afterEach(() => vi.unstubAllEnvs());

  async function behindTls(): Promise<string> {
    const socketPath = findEngine(undefined).host.replace('unix://', '');
    const { cert, key } = await ours.leaf();
    const open = new Set<Socket>();
    const server = createServer({ cert, key, ca: ours.pair.cert, requestCert: true }, (secure) => {
      const engine = connect(socketPath);
      open.add(engine).add(secure);
      secure.on('error', () => engine.destroy()).pipe(engine);
      engine.on('error', () => secure.destroy()).pipe(secure);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      server.close();
    });
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function trust(host: string, files: Record<string, string>): void {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    vi.stubEnv('DOCKER_HOST', host);
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    vi.stubEnv('DOCKER_CERT_PATH', folder);
  }

  test('answers whoever has a certificate that it knows, and tells its events', async () => {
    trust(await behindTls(), { 'ca.pem': ours.pair.cert, 'cert.pem': client.cert, 'key.pem': client.key });
    const engine = await openEngine();
    try {
      expect((await engine.info()).version).toMatch(/^\d/);
      const ending = new AbortController();
      const label = `${testLabel}=tls-${process.pid}`;
      let told = '';
      const hears = (async () => {
        for await (const { action } of engine.events([label], ending.signal)) {
          told = action;
          return;
        }
      })();
      // The stream begins at some time, and from then on only.
      const probe = { image: 'node:alpine', entrypoint: ['true'], labels: { [testLabel]: `tls-${process.pid}` } };
      while (told === '') await engine.removeContainer(await engine.createContainer(probe));
      await hears;
      expect(['create', 'destroy']).toContain(told);
    } finally {
      await engine.close();
    }
  });

  test.each([
    ['of whoever has none', () => ({ 'ca.pem': ours.pair.cert })],
    ['whose own was signed by somebody else', () => ({ 'ca.pem': theirs.pair.cert, ...clientFiles() })],
  ])('is not used %s', async (_, files) => {
    const host = await behindTls();
    trust(host, files());
    await expect(openEngine()).rejects.toMatchObject({
      code: 'HITLESS_NO_ENGINE',
      blame: 'environment',
      message: expect.stringContaining(host),
    });
  });

  const clientFiles = () => ({ 'cert.pem': client.cert, 'key.pem': client.key });
});
