import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runScenarioByCli, scratch, startCli } from '../../e2e/run-cli.ts';
import { http } from './servers.ts';

function answer(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'x-replica': 'one' }).end('ok');
}

/** A scenario of this URL in a folder of its own, with a lane of 40 requests a second, which no busy machine makes blind. */
function scenario(url: string, more: { steps?: string; lane?: string; app?: string } = {}) {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'elsewhere.yml');
  const { steps = '[{ hold: 500ms }]', lane = '', app = '' } = more;
  writeFileSync(
    file,
    `name: elsewhere
app: { url: "${url}"${app} }
identity: { replica: header:x-replica }
lanes: [{ name: visitors, rate: 40, resolution: 60s, request: { path: /cart }${lane} }]
steps: ${steps}
`,
  );
  return { file, out: join(folder, 'run') };
}

/** A command as a user's rollout would be; it ends by itself. */
const rollout = (ms: number) => `run: { command: [node, -e, "setTimeout(() => {}, ${ms})"] }`;

describe('traffic to a URL', () => {
  test('goes below its path, needs no deploy, and says what was not seen', async () => {
    const asked = new Set<string>();
    const port = await http((request, response) => {
      asked.add(`${request.method} ${request.url}`);
      answer(request, response);
    });
    const { file, out } = scenario(`http://127.0.0.1:${port}/shop/`, { steps: `[{ ${rollout(300)} }]` });
    const { code, result } = await runScenarioByCli(file, out);
    expect(result.verdict, result.reasons.join('\n')).toBe('pass');
    expect(code).toBe(0);
    expect([...asked]).toEqual(['HEAD /shop/', 'GET /shop/cart']);
    expect(result.target).toMatchObject({ kind: 'url', path: 'unknown', equalShares: false });
    expect(result.target.notes).toEqual([expect.stringContaining('Nothing was seen of the replicas behind the URL')]);
    expect(result.replicas).toMatchObject([{ name: 'one', pod: null }]);
    const verdicts = Object.fromEntries(result.checks.map(({ name, verdict }) => [name, verdict]));
    for (const blind of ['availability', 'recovery', 'replica-distribution'])
      expect(verdicts[blind], blind).toBe('not-applicable');
    expect(result.power).toMatchObject({ cleanTerminations: 0, rateBound: null });
  });

  test('finds what a rollout loses', async () => {
    let rolling: ServerResponse | undefined;
    const port = await http((request, response) => {
      if (request.url === '/roll') {
        rolling = response;
      } else if (rolling !== undefined && request.method === 'GET') {
        request.socket.destroy();
        rolling.end();
      } else answer(request, response);
    });
    const command = `[node, -e, "fetch('http://127.0.0.1:${port}/roll')"]`;
    const { file, out } = scenario(`http://127.0.0.1:${port}`, { steps: `[{ run: { command: ${command} } }]` });
    const { code, result } = await runScenarioByCli(file, out);
    expect(code).toBe(1);
    expect(result.verdict).toBe('fail');
    expect(result.traffic[0]?.failed).toBeGreaterThan(0);
  });

  test('that ends before the command is no proof', async () => {
    const port = await http(answer);
    const steps = `[{ wait: { until: requests-sent } }, { ${rollout(100)} }]`;
    const { file, out } = scenario(`http://127.0.0.1:${port}`, { steps, lane: ', requests: 3' });
    const { code, result } = await runScenarioByCli(file, out);
    expect(code).toBe(4);
    expect(result.reasons).toEqual([expect.stringContaining('No request was sent during the step "run node')]);
  });

  test('that follows another on the same address says so, but not where each run has its own', async () => {
    const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
    const follows = async (host: string) => {
      const port = await http(answer, host.replace(/[[\]]/g, ''));
      const notes: string[][] = [];
      for (let time = 0; time < 2; time++) {
        const { file, out } = scenario(`http://${host}:${port}`);
        const { result, stdout } = await runScenarioByCli(file, out);
        const told = (result.target.notes ?? []).filter((note) => note.includes('connection tracking'));
        expect(stdout.includes('what connection tracking')).toBe(told.length > 0);
        notes.push(told);
      }
      return notes;
    };
    if (process.platform === 'linux') expect(await follows('127.0.0.1')).toEqual([[], []]);
    if (hasIpv6) expect(await follows('[::1]')).toEqual([[], [expect.stringMatching(/^A run that ended \d+ s ago/)]]);
  }, 240_000);
});

describe('what the target cannot do is refused before the start, with exit code 2', () => {
  test.each([
    ['[{ hold: 1s }, { rollout: { deployment: shop, image: "shop:2" } }]', 'the target url cannot rollout'],
    ['[{ kill: { deployment: shop } }]', 'the target url cannot kill'],
    ['[{ wait: { until: available } }]', 'the target url does not see what is deployed'],
    ['[{ deploy: {} }]', 'what is at app.url is deployed; leave this step out'],
  ])('%s', async (steps, message) => {
    const { file } = scenario('http://127.0.0.1:9', { steps });
    const { code, stderr } = await startCli(['run', file]).end;
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/elsewhere\.yml:5:\d+: /);
    expect(code).toBe(2);
  });

  test.each([
    [['--target', 'local'], 'http://127.0.0.1:9', '', "somebody else's deployment"],
    [[], 'http://127.0.0.1:9', ', tls: { insecure: true }', 'app.tls: only where app.url begins with https://'],
    [[], 'http://127.0.0.1:9', ', images: { a: { context: . } }', 'app.images: nothing is deployed'],
  ])('%j %s%s', async (args, url, app, message) => {
    const { file } = scenario(url, { app });
    const { code, stderr } = await startCli(['run', file, ...args]).end;
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test.each([
    [['--namespace', 'shop'], '', '--namespace: which Service in it the URL leads to is for app.service to say'],
    [['--context', 'kind'], ', service: shop', 'a cluster without --namespace'],
    [['--registry', 'kind'], '', '--registry: does not concern the target url'],
  ])('%j%s', async (args, app, message) => {
    const { file } = scenario('http://127.0.0.1:9', { app });
    const { code, stderr } = await startCli(['run', file, ...args]).end;
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('--target url for what has manifests', async () => {
    const { code, stderr } = await startCli(['run', 'rolling-update', '--target', 'url']).end;
    expect(stderr).toContain('--target url: the scenario has app.manifests to deploy, and no app.url');
    expect(code).toBe(2);
  });
});

test('a dry run says where requests would go, below the path of the URL', async () => {
  const { file } = scenario('http://shop.invalid/base');
  const { code, stdout } = await startCli(['run', file, '--dry-run']).end;
  expect(code).toBe(0);
  expect(stdout).toContain('up to 40 requests a second to http://shop.invalid/base, where nothing is deployed');
  expect(stdout).toContain('visitors: GET /base/cart, fresh');
});

test('an address that cannot be reached is exit code 3, and leaves no folder', async () => {
  const { file, out } = scenario('http://nobody.invalid');
  const { code, stderr } = await startCli(['run', file, '--out', out]).end;
  expect(stderr).toMatch(/nobody\.invalid/);
  expect(code).toBe(3);
  expect(() => readFileSync(join(out, 'run.json'))).toThrow();
});
