import { describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { localRuns } from './local-runs.ts';

function check(results: ReadonlyMap<string, Result>, scenario: string, name: string, lane: string | null = null) {
  const result = results.get(scenario);
  const found = result?.checks.find((one) => one.name === name && one.lane === lane);
  if (found === undefined) throw new Error(`${scenario} has no check ${name}: ${result?.reasons.join(' ')}`);
  return found;
}

describe('three replicas', () => {
  const results = localRuns(['load-balancing']);

  test('load-balancing: a kept connection stays where it is', () => {
    const { verdict, actual } = check(results, 'load-balancing', 'one replica for each connection');
    expect(verdict).toBe('pass');
    expect(actual).toEqual({ replicas: expect.any(Number), connections: expect.any(Number) });
  });
});

describe('an update with visitors', () => {
  const results = localRuns(['canary', 'recreate', 'frontend-assets-rolling', 'frontend-assets-blue-green']);

  test('canary: it gets a quarter, and is promoted', () => {
    expect(check(results, 'canary', 'the canary gets its share')).toMatchObject({ verdict: 'pass' });
    expect(check(results, 'canary', 'old, then both, then new')).toMatchObject({ verdict: 'pass' });
  });

  test('recreate: one outage, which ends, and never two versions at once', () => {
    for (const name of ['max-outage', 'it comes back', 'never two versions at once'])
      expect(check(results, 'recreate', name)).toMatchObject({ verdict: 'pass' });
    const [outage] = results.get('recreate')?.outages.filter(({ kind }) => kind === 'total') ?? [];
    expect(outage?.ms).toBeGreaterThan(1000);
  });

  test('frontend-assets-rolling: versions are mixed, assets are missing, and one is a page', () => {
    const { verdict, actual } = check(results, 'frontend-assets-rolling', 'asset-consistency');
    const { brokenBy } = actual as { brokenBy: Record<'mixed' | 'missing' | 'wrongType', number> };
    expect(verdict).toBe('fail');
    expect(brokenBy.mixed).toBeGreaterThan(0);
    expect(brokenBy.missing).toBeGreaterThan(0);
    expect(brokenBy.wrongType).toBeGreaterThan(0);
  });

  test('frontend-assets-blue-green: who stays on a connection gets one version', () => {
    const found = check(results, 'frontend-assets-blue-green', 'asset-consistency', 'readers');
    expect(found).toMatchObject({ verdict: 'pass', actual: { broken: 0 } });
  });
});

describe('an update that keeps the assets, and a post that ends the app', () => {
  const results = localRuns(['frontend-assets-kept', 'monolith', 'microservices']);

  test('frontend-assets-kept: everybody gets a whole page', () => {
    const found = check(results, 'frontend-assets-kept', 'asset-consistency');
    expect(found).toMatchObject({ verdict: 'pass', actual: { broken: 0 } });
  });

  test('monolith: all fails', () => {
    expect(check(results, 'monolith', 'all three fail together')).toMatchObject({ verdict: 'pass' });
  });

  test('microservices: posting fails, and nothing else', () => {
    expect(check(results, 'microservices', 'post alone fails')).toMatchObject({ verdict: 'pass' });
    for (const lane of ['login', 'view'])
      expect(check(results, 'microservices', 'zero-failed', lane)).toMatchObject({ verdict: 'pass' });
    expect(check(results, 'microservices', 'zero-failed', 'post')).toMatchObject({ verdict: 'warn' });
  });
});
