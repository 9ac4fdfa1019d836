import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect } from 'vitest';
import { test } from '../deployed.ts';

describe.concurrent('the balancer', () => {
  test('spreads connections over all replicas', async ({ deploy }) => {
    const { target } = await deploy();
    const { url } = await target.route();
    const answers = await Promise.all(
      Array.from({ length: 60 }, async () => (await fetch(url)).json() as Promise<{ pod: string }>),
    );
    expect(new Set(answers.map(({ pod }) => pod)).size).toBe(3);
  });

  test('resets what it can pass on to nobody', async ({ deploy }) => {
    const app = await deploy({ deployment: { replicas: 0 } });
    const { url } = await app.target.route();
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  test('takes another port when the one of the Service is in use, and refuses when the scenario named it', async ({
    describeApp,
  }) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const polite = describeApp({ service: { ports: [{ port, targetPort: 3000 }] } });
    await polite.target.prepare();
    expect(polite.target.facts().details?.balancer).not.toBe(`http://127.0.0.1:${port}`);
    const strict = describeApp({ port });
    await expect(strict.target.prepare()).rejects.toMatchObject({
      blame: 'environment',
      message: `port ${port} of 127.0.0.1 is in use`,
    });
    server.close();
  });
});
