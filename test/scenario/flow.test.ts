import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { defineScenario } from '../../runner/scenario/define.ts';
import { loadScenario, scenarioFrom } from '../../runner/scenario/load.ts';
import { InvalidScenario } from '../../runner/scenario/problem.ts';
import { sampleFolder } from './sample.ts';

let folder: ReturnType<typeof sampleFolder>;
afterEach(() => folder?.remove());

function fileWith(lane: string, name = 'shop.ts'): string {
  const source = `import { defineScenario } from 'hitless';
const path = '/';
export default defineScenario({
  name: 'shop',
  app: { url: 'http://127.0.0.1:1' },
  lanes: [{ name: 'readers', rate: 5 }, ${lane}],
  steps: [{ hold: '1s' }],
} as never);
`;
  folder = sampleFolder({ [name]: source });
  return join(folder.path, name);
}

describe('a lane with a flow', () => {
  test('is one of visitors, with the place where threads find it', async () => {
    const file = fileWith("{ name: 'buyers', rate: 20, flow: async (visit) => { await visit.get(path); } }");
    const { lanes } = await loadScenario(file);
    expect(lanes[0]?.flow).toBe(undefined);
    expect(lanes[1]).toMatchObject({
      name: 'buyers',
      connection: 'session',
      session: null,
      rate: 20,
      overflow: 10_000,
      flow: { file, index: 1, base: '' },
    });
  });

  test('may be a number of visitors at once', async () => {
    const file = fileWith("{ name: 'buyers', rate: 'unpaced', connections: 300, flow: async () => {} }");
    const { lanes } = await loadScenario(file);
    expect(lanes[1]).toMatchObject({ rate: 'unpaced', connections: 300, connection: 'session' });
  });

  test.each([
    ["flow: 'buy'", 'lanes[1].flow: expected a function; a lane has one in a scenario in TypeScript'],
    [
      "flow: async () => {}, connection: 'kept'",
      'lanes[1].connection: visitors with a flow have connections of their own; leave it out',
    ],
    ["flow: async () => {}, session: { page: '/' }", 'lanes[1].session: the flow says that itself; leave it out'],
    ["flow: async () => {}, request: { path: '/a' }", 'lanes[1].request.path: the flow says that itself; leave it out'],
    ["flow: async () => {}, engine: 'k6'", 'lanes[1].engine: a flow is for the builtin engine'],
    ['flow: async () => {}, tls: { reuse: true }', 'lanes[1].tls: only where app.url begins with https://'],
  ])('%s is refused in words', async (fields, message) => {
    const file = fileWith(`{ name: 'buyers', rate: 20, ${fields} }`);
    const error = await loadScenario(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidScenario);
    expect((error as InvalidScenario).problems.map((problem) => problem.message)).toEqual([message]);
  });

  test('has to be in a file that each thread can read', () => {
    const value = defineScenario({
      name: 'shop',
      app: { url: 'http://127.0.0.1:1' },
      lanes: [{ name: 'buyers', rate: 20, flow: async (visit) => visit.get('/') }],
      steps: [{ hold: '1s' }],
    });
    const load = () => scenarioFrom({ value, locate: () => ({ file: 'x' }) }, '/tmp/scenario.json');
    expect(load).toThrow('lanes[0].flow: each traffic thread reads a flow anew');
  });
});
