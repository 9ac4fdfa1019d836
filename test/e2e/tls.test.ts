import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Authority, type Pair } from '../certificates.ts';
import { good, SmallServer } from '../traffic/small-server.ts';
import { runScenarioByCli, scratch, startCli } from './run-cli.ts';

const { folder, remove } = scratch();
afterAll(remove);

let pair: Pair;
beforeAll(async () => {
  const authority = await Authority.make();
  pair = await authority.leaf({ names: ['shop.test'] });
  writeFileSync(join(folder, 'ca.pem'), authority.pair.cert);
  writeFileSync(join(folder, 'another.pem'), (await Authority.make('CN=Another')).pair.cert);
});

let server: SmallServer;
afterEach(() => server.close());

async function listen(): Promise<number> {
  server = new SmallServer(({ socket }) => socket.write(good), pair);
  return server.listen();
}

const flow =
  "{ name: 'visitors', rate: 50, requests: 20, flow: async (visit) => { await visit.get('/a'); await visit.get('/b'); } }";
const autocannon = "{ name: 'load', engine: 'autocannon', rate: 'unpaced', connections: 3, requests: 60 }";

/** A name that no resolver knows, at the server of this test. */
async function scenario(name: string, lane: string, tls: string): Promise<string> {
  const port = await listen();
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { defineScenario } from 'hitless';
export default defineScenario({
  name: '${name}',
  app: { url: 'https://shop.test:${port}', tls: ${tls}, resolve: ['shop.test:${port}:127.0.0.1'] },
  lanes: [${lane}],
  steps: [{ wait: { until: 'requests-sent' } }],
  checks: ['zero-failed'],
});
`,
  );
  return file;
}

describe('a run over TLS', () => {
  test.each([
    ['visitors', flow, "{ ca: 'ca.pem' }", 40],
    ['visitors-of-anybody', flow, '{ insecure: true }', 40],
    ['load', autocannon, '{ insecure: true }', 60],
  ])('%s: nothing is lost, and the run says so', async (name, lane, tls, sent) => {
    const { result, code, stdout, stderr } = await runScenarioByCli(
      await scenario(name, lane, tls),
      join(folder, name),
    );
    // A busy machine may be blind for a moment; what it saw it saw.
    expect([0, 4], stdout + stderr).toContain(code);
    expect(result.traffic).toMatchObject([{ sent, ok: sent, failed: 0, unanswered: 0 }]);
  });

  test('visitors who do not trust the authority: an error before anything is sent, with what to do', async () => {
    const file = await scenario('not-trusted', flow, "{ ca: 'another.pem' }");
    const { code, stderr, stdout } = await startCli(['run', file, '--out', join(folder, 'not-trusted')]).end;
    expect(code, stdout + stderr).toBe(3);
    expect(stdout + stderr).toMatch(/app\.tls\.ca/);
    expect(server.requests).toEqual([]);
  });

  test('autocannon where certificates count: wrong use, told at the line of the lane', async () => {
    const file = await scenario('counts', autocannon, "{ ca: 'ca.pem' }");
    const { code, stderr, stdout } = await startCli(['run', file, '--out', join(folder, 'counts')]).end;
    expect(code, stdout + stderr).toBe(2);
    expect(stdout + stderr).toContain('autocannon takes any certificate');
    expect(server.requests).toEqual([]);
  });
});

describe('a bench over TLS with autocannon', () => {
  const bench = async (...more: string[]) => {
    const port = await listen();
    const args = [
      'bench',
      `https://shop.test:${port}/`,
      '--engine',
      'autocannon',
      '--resolve',
      `shop.test:${port}:127.0.0.1`,
    ];
    return startCli([...args, '--duration', '2s', '--warm-up', '0s', ...more], { cwd: folder }).end;
  };

  test('measures where any certificate will do', async () => {
    const { code, stderr, stdout } = await bench('--insecure');
    expect(code, stdout + stderr).toBe(0);
    expect(server.requests.length).toBeGreaterThan(10);
  });

  test('is refused otherwise', async () => {
    const { code, stderr, stdout } = await bench('--cacert', 'ca.pem');
    expect(code, stdout + stderr).toBe(2);
    expect(stdout + stderr).toContain('--insecure');
  });
});
