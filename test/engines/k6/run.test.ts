import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../../record/result.ts';
import { lacks } from '../../available.ts';
import { startCli } from '../../e2e/run-cli.ts';
import { temporaryFolder } from '../../record/temporary-folder.ts';
import { good, SmallServer } from '../../traffic/small-server.ts';
import { isReal, scriptFile, until, useSpeaker } from './run-k6.ts';

const script = `
  import { get } from 'HITLESS_MODULE';
  export const options = { scenarios: { load: {
    executor: 'constant-arrival-rate', rate: 10, duration: '10m', preAllocatedVUs: 100, maxVUs: 100 } },
    noConnectionReuse: true, thresholds: { http_req_failed: ['rate<0.5'] } };
  export default function () { get(__ENV.PAGE, { expect: ({ body }) => body !== 'bad' || '<img src=x onerror=alert(1)>' }); }`;

async function scenario(port: number, lane = `script: ${scriptFile(script)}, env: { PAGE: /a }`): Promise<string> {
  const file = join(temporaryFolder(), 'shop.yml');
  writeFileSync(
    file,
    `name: shop\napp: { url: "http://127.0.0.1:${port}" }\nlanes:\n  - { name: shoppers, engine: k6, resolution: 60s, ${lane} }\nsteps:\n  - hold: 1s\nchecks: [zero-failed]\n`,
  );
  return file;
}

async function serve(text: () => string): Promise<{ server: SmallServer; port: number }> {
  const server = new SmallServer(({ socket }) => void socket.write(text()));
  onTestFinished(() => server.close());
  return { server, port: await server.listen() };
}

describe.skipIf(isReal && lacks('k6'))('a scenario with a lane of k6', { timeout: 120_000 }, () => {
  test('is run, judged and reported as any other', async () => {
    useSpeaker();
    const { port } = await serve(() => good);
    const out = join(temporaryFolder(), 'out');
    const { code, stdout, stderr } = await startCli(['run', await scenario(port), '--target', 'url', '--out', out]).end;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(result.traffic[0]).toMatchObject({ lane: 'shoppers', engine: 'k6', failed: 0, unanswered: 0 });
    expect(result.traffic[0]?.ok).toBeGreaterThan(5);
    expect(result.checks.filter(({ asked }) => asked).map(({ name, lane, verdict }) => [name, lane, verdict])).toEqual([
      ['zero-failed', null, 'pass'],
      ['k6-threshold: http_req_failed rate<0.5', 'shoppers', 'pass'],
    ]);
    expect(stdout).toContain('k6-threshold');
  });

  test('fails where an answer was not taken, and words of the script become no markup', async () => {
    useSpeaker();
    const { port } = await serve(() => 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad');
    const out = join(temporaryFolder(), 'out');
    const { code } = await startCli([
      'run',
      await scenario(port),
      '--target',
      'url',
      '--out',
      out,
      '--reporter',
      'html',
    ]).end;
    expect(code).toBe(1);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('onerror=alert');
    expect(page).not.toContain('<img src=x');
  });

  test("passes over connections that were replaced where the app's ledger has each request once, and not without", async () => {
    useSpeaker();
    const ledger = join(temporaryFolder(), 'ledger');
    writeFileSync(ledger, '');
    const server = new SmallServer(({ use, headers, socket }) => {
      const id = headers.get('x-hitless-id');
      if (id !== undefined) appendFileSync(ledger, `${id}\n`);
      if (use < 3) socket.write(good);
      else socket.end(good.replace('\r\n', '\r\nconnection: close\r\n'));
    });
    onTestFinished(() => server.close());
    const file = await scenario(await server.listen(), 'rate: unpaced, connection: kept, connections: 1');
    const run = async () => {
      const out = join(temporaryFolder(), 'out');
      const { code } = await startCli(['run', file, '--target', 'url', '--out', out]).end;
      const { reasons } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
      return { code, reasons };
    };
    expect(await run()).toEqual({ code: 4, reasons: [expect.stringContaining('k6 sends it again')] });
    writeFileSync(file, `${readFileSync(file, 'utf8')}ledger: ${ledger}\n`);
    expect(await run()).toEqual({ code: 0, reasons: [expect.stringContaining('once')] });
  });

  test('leaves no k6 behind, however it ends', async () => {
    useSpeaker();
    const { server, port } = await serve(() => good);
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const file = await scenario(port);
      writeFileSync(file, readFileSync(file, 'utf8').replace('hold: 1s', 'hold: 10m'));
      const args = ['run', file, '--target', 'url', '--out', join(temporaryFolder(), 'out')];
      const seen = server.requests.length;
      const cli = startCli(args);
      await until('traffic', () => server.requests.length > seen + 5);
      expect(k6Of(file)).toBeGreaterThan(0);
      cli.child.kill(signal);
      const { code } = await cli.end;
      if (signal === 'SIGINT') expect(code).toBe(130);
      await until('the end of k6', () => k6Of(file) === 0);
    }
  });

  test.each([
    ['a k6 that is missing', { K6: '/nowhere/k6' }, 3, /there is none K6=\/nowhere\/k6/],
    ['a script that is missing', {}, 2, /there is no file/],
  ])('%s is told in clear words', async (what, env, expected, words) => {
    useSpeaker();
    const { port } = await serve(() => good);
    const file = await scenario(port, what.includes('script') ? 'script: nowhere.ts' : undefined);
    const { code, stdout, stderr } = await startCli(
      ['run', file, '--target', 'url', '--out', join(temporaryFolder(), 'out')],
      { env },
    ).end;
    expect({ code, text: stdout + stderr }).toEqual({ code: expected, text: expect.stringMatching(words) });
  });

  test('without a script sends what it says', async () => {
    useSpeaker();
    const { server, port } = await serve(() => good);
    const lane = 'rate: 5, connection: kept, connections: 20, request: { method: POST, path: /b?c=d }';
    const args = ['run', await scenario(port, lane), '--target', 'url', '--out', join(temporaryFolder(), 'out')];
    const { code, stdout } = await startCli(args).end;
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const ofLane = server.requests.filter(({ headers }) => headers.has('x-hitless-id'));
    expect(new Set(ofLane.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['POST /b?c=d']));
  });
});

/** How many processes work on a run of this file. */
function k6Of(file: string): number {
  const { stdout } = spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
  const script = /script: ([^,]+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return stdout.split('\n').filter((line) => line.includes(' run --quiet ') && line.endsWith(script)).length;
}
