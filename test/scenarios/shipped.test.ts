import { basename, extname } from 'node:path';
import { expect, test } from 'vitest';
import { shippedScenarios } from '../../cli/shipped.ts';
import { loadScenario } from '../../runner/scenario/load.ts';

const shipped = [...shippedScenarios()];

test('the steps of the tutorial are there', () => {
  expect(shipped.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'blue-green',
      'canary',
      'frontend-assets-blue-green',
      'frontend-assets-kept',
      'frontend-assets-rolling',
      'load-balancing',
      'microservices',
      'monolith',
      'recreate',
      'rollback',
      'rolling-update',
      'rolling-update-as-printed',
      'self-healing',
    ]),
  );
});

test.each(shipped)('%s is a valid scenario, named as its file, that says what it is about', async (name, file) => {
  const scenario = await loadScenario(file);
  expect(scenario.name).toBe(name);
  expect(basename(file, extname(file))).toBe(name);
  expect(scenario.description?.length).toBeGreaterThan(80);
  // A user sees the verdict itself; what is expected is for the gallery of faults.
  expect(scenario.expectation).toBeNull();
  expect(scenario.checks).not.toBeNull();
});
