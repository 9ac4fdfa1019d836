import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { HitlessError } from '../../record/error.ts';
import { loadScenario } from '../../runner/scenario/load.ts';
import { goodScenario, sampleFolder } from './sample.ts';

const folder = sampleFolder();
afterAll(() => folder.remove());

/** Loads the text as the file beside which the sample's manifest lies; what comes must be a scenario or a HitlessError. */
async function verdictOn(text: string): Promise<'scenario' | 'told'> {
  const file = join(folder.path, 'random.yml');
  writeFileSync(file, text);
  try {
    const scenario = await loadScenario(file);
    expect(scenario.steps.length).toBeGreaterThan(0);
    return 'scenario';
  } catch (error) {
    if (!(error instanceof HitlessError)) throw error;
    expect(error).toMatchObject({ blame: 'usage', location: { file } });
    expect(error.message).not.toMatch(/\n|^$|\bundefined\b|\[object/);
    return 'told';
  } finally {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  }
}

const shippedFolder = join(import.meta.dirname, '../../scenarios');
const shipped = readdirSync(shippedFolder)
  .filter((file) => file.endsWith('.yml'))
  .map((file) => readFileSync(join(shippedFolder, file), 'utf8'));

const words = [
  'name',
  'app',
  'lanes',
  'steps',
  'checks',
  'rate',
  'deploy',
  'hold',
  '2s',
  'expect',
  'constructor',
  '__proto__',
  'toString',
  '&a',
  '*a',
  '<<',
  '!!js',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|',
  '\t',
  '\n',
  '\n  ',
  '#',
  '0',
  '-1',
  '1e999',
  '.inf',
  '~',
  '\0',
  '\u2028',
  '\ud800',
];

describe('whatever a file holds, it is a scenario or told', () => {
  test('any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => void (await verdictOn(text))),
      { numRuns: 150 },
    );
  });

  test('words of the trade in any order', async () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, async (one) => void (await verdictOn(one))),
      { numRuns: 250 },
    );
  });

  test('any value where a field should be', async () => {
    const polluting = fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'polluted',
      'name',
      'lanes',
      'steps',
      'app',
      'checks',
    );
    const value = fc.object({ key: fc.oneof(polluting, fc.string()), maxDepth: 4, withNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(value, async (one) => void (await verdictOn(stringify(one)))),
      { numRuns: 150 },
    );
  });

  test('a good scenario with something cut out, repeated or put in', async () => {
    const verdicts = { scenario: 0, told: 0 };
    const mutation = fc.record({
      text: fc.constantFrom(goodScenario, ...shipped),
      from: fc.nat(2000),
      length: fc.nat(40),
      put: fc.oneof(fc.constant(''), fc.constantFrom(...words), fc.string({ maxLength: 5 })),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ text, from, length, put }) => {
        const start = from % text.length;
        verdicts[await verdictOn(text.slice(0, start) + put + text.slice(start + length))]++;
      }),
      { numRuns: 400, examples: [[{ text: goodScenario, from: 0, length: 0, put: '' }]] },
    );
    expect(verdicts.scenario).toBeGreaterThan(0);
    expect(verdicts.told).toBeGreaterThan(verdicts.scenario);
  });

  test("a good scenario with any value in place of a line's", async () => {
    const lines = goodScenario.split('\n');
    const mutation = fc.record({ line: fc.nat(lines.length - 1), value: fc.jsonValue({ maxDepth: 2 }) });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ line, value }) => {
        const changed = lines.with(
          line,
          (lines[line] ?? '').replace(/:.*/, () => `: ${JSON.stringify(value)}`),
        );
        await verdictOn(changed.join('\n'));
      }),
      { numRuns: 300 },
    );
  });
});
