import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { checkout, runScenarioByCli, scratch } from '../e2e/run-cli.ts';
import { type MisbehavingServer, startServer } from '../traffic/start-server.ts';

const { folder, remove } = scratch();
afterAll(remove);

let server: MisbehavingServer;
beforeEach(async () => {
  server = await startServer({ mode: 'every-third', closedMs: 0, everyMs: 0 });
});
afterEach(() => server.kill());

test('autocannon, asked by itself, says that nothing was lost', async () => {
  const program = join(checkout, 'node_modules/autocannon/autocannon.js');
  const args = [program, '-j', '-n', '-c', '10', '-a', '300', `http://127.0.0.1:${server.port}/`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toMatchObject({ errors: 0, timeouts: 0, non2xx: 0 });
  const { ledger } = await server.books();
  expect(ledger.filter(([, what]) => what === 'fin').length).toBeGreaterThan(50);
});

test('a run of hitless that is sent by autocannon says how many', async () => {
  const scenario = join(folder, 'scenario.yml');
  const lane = '{ name: kept, engine: autocannon, rate: unpaced, connections: 10, requests: 300 }';
  writeFileSync(
    scenario,
    `name: lying\napp: { url: "http://127.0.0.1:${server.port}" }\nlanes: [${lane}]\nsteps: [{ wait: { until: requests-sent } }]\n`,
  );
  const { result, code, stdout } = await runScenarioByCli(scenario, join(folder, 'run'));
  const { ledger } = await server.books();
  const dropped = ledger.filter(([, what]) => what === 'fin').length;
  expect(result.verdict).toBe('fail');
  expect(code).toBe(1);
  expect(result.traffic).toMatchObject([
    {
      lane: 'kept',
      engine: 'autocannon',
      connection: 'kept',
      sent: 300,
      failed: dropped,
      blindTo: [{ hides: 'time' }],
    },
  ]);
  expect(result.target.notes?.join(' ')).toContain('Lane kept is sent by autocannon, which does not see');
  expect(stdout).toContain('sent by autocannon');
});
