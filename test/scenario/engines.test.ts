import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../runner/scenario/load.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';

function scenarioOf(lane: string, app = '{ url: "http://127.0.0.1:8080" }', more = ''): string {
  const file = join(temporaryFolder(), 'scenario.yml');
  writeFileSync(file, `name: engines\napp: ${app}\nlanes:\n  - ${lane}\nsteps: [{ hold: 1s }]\n${more}`);
  return file;
}

test('a lane may name its engine; autocannon keeps its connections, and is not asked to see what is below a second', async () => {
  const { lanes } = await loadScenario(scenarioOf('{ name: load, engine: autocannon, rate: 200 }'));
  expect(lanes).toMatchObject([{ engine: 'autocannon', connection: 'kept', resolutionUs: 1_000_000 }]);
  const { lanes: unpaced } = await loadScenario(scenarioOf('{ name: load, engine: autocannon, rate: unpaced }'));
  expect(unpaced).toMatchObject([{ engine: 'autocannon', connection: 'kept', resolutionUs: 50_000 }]);
  const { lanes: ours } = await loadScenario(scenarioOf('{ name: load, rate: 200 }'));
  expect(ours).toMatchObject([{ engine: 'builtin', connection: 'fresh' }]);
});

test.each([
  ['connection: fresh', 'lanes[0].connection'],
  ['rate: 0.5', 'lanes[0].rate'],
  ['arrivals: poisson', 'lanes[0].arrivals'],
  ['ramps: [{ to: 5, over: 1s }]', 'lanes[0].ramps'],
  ['life: { requests: 5 }', 'lanes[0].life'],
  ['overflow: 5', 'lanes[0].overflow'],
  ['spin: true', 'lanes[0].spin'],
  ['limits: { connect: 5s }', 'lanes[0].limits.connect'],
  ['limits: { headers: 1s }', 'lanes[0].limits.headers'],
  ['resolution: 100ms', 'lanes[0].resolution'],
  ['engine: wrk', 'lanes[0].engine'],
])('what autocannon cannot do is refused where it is written: %s', async (field, place) => {
  const engine = field.startsWith('engine') ? '' : 'engine: autocannon, ';
  const rate = field.startsWith('rate') ? '' : 'rate: 200, ';
  const load = loadScenario(scenarioOf(`{ name: load, ${engine}${rate}${field} }`));
  await expect(load).rejects.toMatchObject({ message: expect.stringContaining(place), location: { line: 4 } });
});

test('https is refused unless any certificate will do', async () => {
  const lane = '{ name: load, engine: autocannon, rate: 200 }';
  await expect(loadScenario(scenarioOf(lane, '{ url: "https://127.0.0.1:8443" }'))).rejects.toThrow(/any certificate/);
  const insecure = '{ url: "https://127.0.0.1:8443", tls: { insecure: true } }';
  expect((await loadScenario(scenarioOf(lane, insecure))).lanes).toHaveLength(1);
});

test('the ledger is beside the scenario, unless it is elsewhere', async () => {
  const file = scenarioOf('{ name: visitors, rate: 200 }', undefined, 'ledger: books/ledger\n');
  expect((await loadScenario(file)).ledger).toBe(join(file, '../books/ledger'));
});
