import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HitlessError } from '../../record/error.ts';
import { loadScenario } from '../../runner/scenario/load.ts';
import { InvalidScenario } from '../../runner/scenario/problem.ts';
import { goodScenario, sampleFolder, sampleWith } from './sample.ts';

/** All that is wrong with a scenario of this text, as the command line shows it. */
async function problemsOf(text: string | Uint8Array): Promise<string[]> {
  const folder = sampleFolder({ 'a.yml': text });
  try {
    await loadScenario(join(folder.path, 'a.yml'));
    return [];
  } catch (error) {
    const all = error instanceof InvalidScenario ? error.problems : [error as HitlessError];
    return all.map(({ location: { file = '', line, column } = {}, message }) =>
      [basename(file), line, column, ` ${message}`].join(':'),
    );
  } finally {
    folder.remove();
  }
}

test('the sample is right', async () => {
  expect(await problemsOf(goodScenario)).toEqual([]);
});

describe('one line tells', () => {
  test.each([
    [
      'a mistyped field',
      'rate: 50',
      'rate: 50\n    conections: 5',
      'a.yml:13:5: unknown field "conections" in lanes[1]; did you mean "connections"?',
    ],
    [
      'a mistyped field that must be there',
      'name: sample',
      'nmae: sample',
      'a.yml:1:1: unknown field "nmae"; did you mean "name"?',
    ],
    ['a field that is missing', 'name: sample', 'description: x', 'a.yml:1:1: the scenario lacks the field "name"'],
    [
      'a wrong type',
      'rate: 200',
      'rate: fast',
      'a.yml:9:11: lanes[0].rate: expected requests a second (visitors a second of a session lane), or unpaced, got "fast"',
    ],
    [
      'a mistyped word',
      'connection: kept',
      'connection: kpet',
      'a.yml:11:17: lanes[1].connection: expected "fresh" or "kept" or "session", got "kpet"; did you mean "kept"?',
    ],
    ['an impossible number', 'rate: 200', 'rate: 0', 'a.yml:9:11: lanes[0].rate: expected a number above 0, got 0'],
    [
      'a target that there is not',
      'name: sample',
      'name: sample\ntargets: [kubernetes, dokcer]',
      'a.yml:2:23: targets[1]: expected "local" or "docker" or "kubernetes" or "url", got "dokcer"; did you mean "docker"?',
    ],
    [
      'a target named twice',
      'name: sample',
      'name: sample\ntargets: [local, docker, local]',
      'a.yml:2:26: targets[2]: local is named twice',
    ],
    [
      'a target that needs a URL',
      'name: sample',
      'name: sample\ntargets: [url]',
      'a.yml:2:11: targets[0]: there is no app.url',
    ],
    [
      'a Service of a lane that the manifests do not hold',
      'rate: 200',
      'rate: 200\n    service: shop-fornt',
      'a.yml:10:14: lanes[0].service: the manifests have no Service "shop-fornt"; did you mean "shop-front"?',
    ],
    [
      'assets that are neither listed nor to be found',
      'rate: 200',
      'rate: 200\n    connection: session\n    session: { page: /, assets: all }',
      'a.yml:11:33: lanes[0].session.assets: expected a list of paths, or auto: what the page names in its HTML, got "all"',
    ],
    [
      'a visit over a mistyped number of connections',
      'rate: 200',
      'rate: 200\n    connection: session\n    session: { page: /, connections: eahc }',
      'a.yml:11:38: lanes[0].session.connections: expected "one" or "each", got "eahc"; did you mean "each"?',
    ],
    [
      'no number',
      'rate: 200',
      'rate: .nan',
      'a.yml:9:11: lanes[0].rate: expected requests a second (visitors a second of a session lane), or unpaced, got NaN',
    ],
    [
      'a number too large',
      'rate: 200',
      'rate: 1e9',
      'a.yml:9:11: lanes[0].rate: expected a number of at most 100000, got 1000000000',
    ],
    [
      'a duration without a unit',
      'hold: 2s',
      'hold: 2',
      'a.yml:16:11: steps[2].hold: expected a duration such as 500ms, 2s or 1m (999m at most), got 2',
    ],
    [
      'a time limit of nothing',
      'rate: 200',
      'rate: 200\n    limits: { connect: 0ms }',
      'a.yml:10:24: lanes[0].limits.connect: expected a duration above zero such as 500ms, 2s or 1m (999m at most), got "0ms"',
    ],
    ['an unknown step', 'hold: 2s', 'hodl: 2s', 'a.yml:16:5: unknown step "hodl" in steps[2]; did you mean "hold"?'],
    [
      'two steps in one',
      'hold: 2s',
      'hold: 2s\n    undo: { deployment: shop }',
      'a.yml:16:5: steps[2]: expected exactly one step, got "hold" and "undo"',
    ],
    [
      'a step that is a word',
      '- hold: 2s',
      '- hold',
      'a.yml:16:5: steps[2]: expected a step, such as { deploy: {} }, got "hold"',
    ],
    [
      'a step without its fields',
      'deploy: {}',
      'deploy:',
      'a.yml:14:5: steps[0].deploy: expected a mapping, got nothing',
    ],
    [
      'an unknown check',
      '- zero-failed',
      '- zero-faild',
      'a.yml:18:5: unknown check "zero-faild"; did you mean "zero-failed"?',
    ],
    [
      'an unknown check with options',
      'max-outage:',
      'max-outrage:',
      'a.yml:19:5: unknown check "max-outrage"; did you mean "max-outage"?',
    ],
    ['an unknown option of a check', 'ms: 0', 'msec: 0', 'a.yml:19:19: unknown field "msec" in checks[1].max-outage'],
    [
      'an unknown lane of a check',
      'lane: visitors',
      'lane: vistors',
      'a.yml:19:32: no lane "vistors"; did you mean "visitors"?',
    ],
    [
      'a check asked for twice',
      '- zero-failed',
      '- zero-failed\n  - zero-failed',
      'a.yml:19:5: checks[1]: zero-failed is asked for twice',
    ],
    [
      'a manifest that is not there',
      '[shop.yml]',
      '[shpo.yml]',
      'a.yml:3:15: app.manifests[0]: there is no file or folder "shpo.yml"; did you mean "shop.yml"?',
    ],
    [
      'a command that is no list',
      'shop:v2: { context: ., command: [node, shop.js] }',
      'shop:v2: { context: ., command: node shop.js }',
      'a.yml:6:37: app.images."shop:v2".command: expected a list such as [node, server.js] (local starts it, with PORT set), got "node shop.js"',
    ],
    [
      'a number in env',
      'shop:v2: { context: .,',
      'shop:v2: { env: { VERSION: 1.1 }, context: .,',
      'a.yml:6:32: app.images."shop:v2".env.VERSION: expected text (put it in quotes), got 1.1',
    ],
    [
      'a step whose command is no list',
      '- hold: 2s',
      '- run: { command: npm test }',
      'a.yml:16:21: steps[2].run.command: expected a list such as [node, server.js], got "npm test"',
    ],
    [
      'a context that is not there',
      'shop:v2: { context: .,',
      'shop:v2: { context: nowhere,',
      'a.yml:6:25: app.images."shop:v2".context: there is no folder "nowhere"',
    ],
    [
      'two lanes of one name',
      'name: regulars',
      'name: visitors',
      'a.yml:10:11: lanes[1].name: another lane is called "visitors" already',
    ],
    [
      'a session lane without a session',
      'connection: kept',
      'connection: session',
      'a.yml:10:5: lanes[1]: a session lane needs session: { page: /path, assets: [...] }',
    ],
    [
      'a rollout of an unknown image',
      'image: shop:v2',
      'image: shop:v3',
      'a.yml:15:41: steps[1].rollout.image: "shop:v3" is not among app.images; did you mean "shop:v1"?',
    ],
    [
      'a rollout of an unknown Deployment',
      'deployment: shop,',
      'deployment: shp,',
      'a.yml:15:28: steps[1].rollout.deployment: the manifests have no Deployment "shp"; did you mean "shop"?',
    ],
    [
      'an unknown Service',
      '  images:',
      '  service: shop-frnot\n  images:',
      'a.yml:4:12: app.service: the manifests have no Service "shop-frnot"; did you mean "shop-front"?',
    ],
    [
      'both manifests and a URL',
      '  images:',
      '  url: http://127.0.0.1\n  images:',
      'a.yml:4:3: app: expected manifests or url, got both',
    ],
    [
      'neither',
      '  manifests: [shop.yml]\n',
      '',
      'a.yml:3:3: app: expected manifests (to deploy) or url (of what is deployed), got neither',
    ],
    [
      'no deploy',
      '  - deploy: {}\n',
      '',
      'a.yml:14:5: steps[0]: expected deploy as the first step, as traffic begins when it is done',
    ],
    ['a second deploy', 'hold: 2s', 'deploy: {}', 'a.yml:16:5: steps[2]: deploy comes first, and once'],
    [
      'an unknown signal',
      'hold: 2s',
      'kill: { deployment: shop, signal: SIGKIL }',
      'a.yml:16:39: steps[2].kill.signal: there is no signal "SIGKIL"; did you mean "SIGKILL"?',
    ],
    [
      'a wait that would never end',
      'hold: 2s',
      'wait: { until: requests-sent }',
      'a.yml:16:20: steps[2].wait.until: no lane says how many requests it sends; give one "requests"',
    ],
    [
      'a header that would be two',
      'rate: 200',
      'rate: 200\n    request: { headers: { a: "b\\nc: d" } }',
      'a.yml:10:30: lanes[0].request.headers.a: expected a header value without line breaks, got "b\\nc: d"',
    ],
    [
      'a header that hitless writes',
      'rate: 200',
      'rate: 200\n    request: { headers: { Content-Length: "5" } }',
      'a.yml:10:27: lanes[0].request.headers.Content-Length: hitless writes this header itself',
    ],
    [
      'a JSON Schema that is none',
      'rate: 200',
      'rate: 200\n    expect: { json: { type: objekt } }',
      'a.yml:10:21: lanes[0].expect.json: not a JSON Schema: type must be equal to one of the allowed values',
    ],
    [
      'a mistyped keyword of one',
      'rate: 200',
      'rate: 200\n    expect: { json: { requierd: [a] } }',
      'a.yml:10:21: lanes[0].expect.json: not a JSON Schema: strict mode: unknown keyword: "requierd"',
    ],
    [
      'one whose answer is always yes',
      'rate: 200',
      'rate: 200\n    expect: { json: { $async: true } }',
      'a.yml:10:21: lanes[0].expect.json: not a JSON Schema: $async is not allowed',
    ],
    [
      'a field that is there twice',
      'name: sample',
      'name: sample\nname: other',
      'a.yml:2:1: this field is there twice',
    ],
    [
      'a field that would change all objects',
      'name: sample',
      'name: sample\n__proto__: { rate: 5 }',
      'a.yml:2:1: no field is called "__proto__"',
    ],
    ['a tag', 'name: sample', 'name: !secret sample', 'a.yml:1:7: unresolved tag: !secret'],
    [
      'an alias of nothing',
      'rate: 200',
      'rate: *fast',
      'a.yml:9:11: unresolved alias (the anchor must be set before the alias): fast',
    ],
    [
      'an indentation that is off',
      'name: sample',
      'name: sample\n  app: 5',
      'a.yml:1:7: nested mappings are not allowed in compact mappings',
    ],
    [
      'a second document',
      'name: sample',
      'name: x\n---\nname: sample',
      'a.yml:2:1: the file holds more than one document (---), a scenario is one',
    ],
  ])('%s', async (_, from, to, line) => {
    expect(await problemsOf(sampleWith(from, to))).toEqual([line]);
  });

  test.each([
    ['an empty file', '', 'a.yml:1:1: the scenario: expected a mapping, got nothing'],
    ['text', 'hello', 'a.yml:1:1: the scenario: expected a mapping, got "hello"'],
    ['a list', '- a', 'a.yml:1:1: the scenario: expected a mapping, got a list'],
    [
      'no text at all',
      Uint8Array.of(0xff, 0xfe, 0, 1),
      'a.yml:1:1: the scenario: expected a mapping, got "\ufffd\ufffd\\u0000\\u0001"',
    ],
    ['brackets without end', '['.repeat(50_000), expect.stringMatching(/^a.yml:1:\d+: the file is nested too deeply$/)],
    ['a large file', `# ${'x'.repeat(1_000_000)}`, 'a.yml:1:1: the file has more than 1 MB, no scenario needs that'],
    [
      'many values',
      `a: [${'1,'.repeat(30_000)}]`,
      'a.yml:1:1: the file holds over 20000 values, no scenario needs that',
    ],
    ['an alias of itself', 'a: &a [*a]', 'a.yml:1:1: the file holds over 20000 values, no scenario needs that'],
    ['a YAML bomb', bomb(9), 'a.yml:2:10: aliases (*name) repeat more than 100 values'],
  ])('%s', async (_, text, line) => {
    expect(await problemsOf(text)).toEqual([line]);
  });
});

test('several lines tell several things, in the order of the file', async () => {
  const text = sampleWith('rate: 200', 'rate: 0')
    .replace('hold: 2s', 'hodl: 2s')
    .replace('name: sample', 'name: Sample!');
  expect((await problemsOf(text)).map((line) => line.split(':')[1])).toEqual(['1', '9', '16']);
});

/** Nine lists of nine of the list before: 9^levels values. */
function bomb(levels: number): string {
  const lines = Array.from(
    { length: levels },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(',')}]`,
  );
  return ['l0: &l0 x', ...lines].join('\n');
}
