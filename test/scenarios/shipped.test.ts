import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadScenario } from '../../runner/scenario/load.ts';

const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));

test('the steps of the tutorial are there', () => {
  expect(files).toEqual([
    'blue-green.yml',
    'load-balancing.yml',
    'rollback.yml',
    'rolling-update-as-printed.yml',
    'rolling-update.yml',
    'self-healing.yml',
  ]);
});

test.each(files)('%s is a valid scenario, named as its file, that says what it is about', async (file) => {
  const scenario = await loadScenario(folder + file);
  expect(`${scenario.name}.yml`).toBe(file);
  expect(scenario.description?.length).toBeGreaterThan(80);
  expect(scenario.steps[0]?.verb).toBe('deploy');
  // A user sees the verdict itself; what is expected is for the gallery of faults.
  expect(scenario.expectation).toBeNull();
  expect(scenario.checks).not.toBeNull();
});
