import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario } from '../../runner/scenario/load.ts';
import { goodScenario, sampleFolder, sampleWith } from './sample.ts';

async function load(text: string, overrides: Parameters<typeof loadScenario>[1] = []) {
  const one = sampleFolder({ 'scenario.yml': text });
  try {
    return { ...(await loadScenario(join(one.path, 'scenario.yml'), overrides)), folder: one.path };
  } finally {
    one.remove();
  }
}

describe('a scenario', () => {
  test('has every default of a lane filled in', async () => {
    const { lanes } = await load(goodScenario);
    expect(lanes[0]).toEqual({
      name: 'visitors',
      engine: 'builtin',
      connection: 'fresh',
      rate: 200,
      arrivals: 'constant',
      ramps: [],
      requests: null,
      connections: 10,
      overflow: 2000,
      life: { requests: null, ageUs: null },
      service: null,
      control: null,
      session: null,
      request: { method: 'GET', path: '/', headers: {}, body: null },
      expect: { statuses: [], headers: {}, minBytes: null, maxBytes: null, json: null },
      limits: { connectUs: 5e6, tlsUs: 5e6, headersUs: 10e6, bodyUs: 30e6 },
      resolutionUs: 50_000,
      spin: false,
    });
  });

  test('has paths that start at its file, and steps that a person can read', async () => {
    const scenario = await load(goodScenario);
    expect(scenario.app).toMatchObject({ manifests: [join(scenario.folder, 'shop.yml')] });
    expect(scenario.app).toMatchObject({ images: { 'shop:v2': { context: scenario.folder } } });
    expect(scenario.steps.map(({ name }) => name)).toEqual(['deploy', 'rollout shop to v2', 'hold 2s']);
    expect(scenario.steps[1]?.input).toEqual({
      deployment: 'shop',
      image: 'shop:v2',
      until: 'complete',
      settleUs: 1e6,
      timeoutUs: 300e6,
    });
    expect(scenario.steps[1]?.location).toMatchObject({ line: 15, column: 5 });
  });

  test('asks for checks with options, and of a lane', async () => {
    const { checks } = await load(goodScenario);
    expect(checks).toMatchObject([
      { name: 'zero-failed', options: {}, lane: null },
      { name: 'max-outage', options: { ms: 0 }, lane: 'visitors' },
    ]);
    expect((await load(goodScenario.replace(/checks:.*/s, ''))).checks).toBeNull();
  });

  test('draws a seed where it has none, another each time', async () => {
    const seeds = await Promise.all([1, 2, 3].map(async () => (await load(goodScenario)).seed));
    expect(new Set(seeds).size).toBe(3);
    expect((await load(`${goodScenario}seed: 7\n`)).seed).toBe(7);
  });

  test.each([
    ['rate: 10', 500_000],
    ['rate: unpaced', 50_000],
    ['rate: 1000', 50_000],
    ['rate: 1000\n    ramps: [{ to: 0, over: 1s }, { to: 20, over: 1s }]', 250_000],
    ['rate: 10\n    resolution: 70ms', 70_000],
  ])('with %j is blind after %d us', async (rate, resolutionUs) => {
    const { lanes } = await load(sampleWith('rate: 200', rate));
    expect(lanes[0]?.resolutionUs).toBe(resolutionUs);
  });

  test('that says which fields an answer has means an object: a bare string has no fields either', async () => {
    const { lanes } = await load(sampleWith('rate: 200', 'rate: 200\n    expect: { json: { required: [name] } }'));
    expect(lanes[0]?.expect.json).toEqual({ type: 'object', required: ['name'] });
  });

  test('may repeat a lane by alias', async () => {
    const text = sampleWith('rate: 200', 'rate: 200\n    request: &r { path: /a }').replace(
      'rate: 50',
      'rate: 50\n    request: *r',
    );
    expect((await load(text)).lanes.map(({ request }) => request.path)).toEqual(['/a', '/a']);
  });
});

describe('the command line', () => {
  test('sets fields of a lane, those that the file has and those that it has not', async () => {
    const { lanes, seed } = await load(goodScenario, [
      { flag: '--lane.visitors.rate', path: ['lane', 'visitors', 'rate'], value: 500 },
      { flag: '--lane.visitors.request.path', path: ['lane', 'visitors', 'request', 'path'], value: '/cart' },
      { flag: '--seed', path: ['seed'], value: 5 },
    ]);
    expect(lanes.map(({ rate, request }) => [rate, request.path])).toEqual([
      [500, '/cart'],
      [50, '/'],
    ]);
    expect(seed).toBe(5);
  });

  test('leaves a lane alone that shares its request by alias', async () => {
    const text = sampleWith('rate: 200', 'rate: 200\n    request: &r { path: /a }').replace(
      'rate: 50',
      'rate: 50\n    request: *r',
    );
    const flag = { flag: '--lane.visitors.request.path', path: ['lane', 'visitors', 'request', 'path'], value: '/b' };
    expect((await load(text, [flag])).lanes.map(({ request }) => request.path)).toEqual(['/b', '/a']);
  });

  test.each([
    [['lane', 'vistors', 'rate'], 5, 'no lane "vistors"; did you mean "visitors"?'],
    [['lane', 'visitors', 'rat'], 5, 'unknown field "rat"; did you mean "rate"?'],
    [['lane', 'visitors', 'rate'], 0, 'expected a number above 0, got 0'],
    [['lane', 'visitors'], 5, 'expected a field of a lane, such as --lane.visitors.rate'],
    [['seed'], 'x', 'expected a whole number, got "x"'],
    [['lane', '__proto__', 'rate'], 5, 'no lane "__proto__"'],
    [['lane', 'visitors', '__proto__'], 5, 'unknown field "__proto__"'],
  ])('is told at the flag %j %j', async (path, value, message) => {
    const flag = `--${path.join('.')}`;
    await expect(load(goodScenario, [{ flag, path, value }])).rejects.toMatchObject({
      message,
      blame: 'usage',
      location: { file: flag },
    });
    expect(({} as Record<string, unknown>).rate).toBeUndefined();
  });
});
