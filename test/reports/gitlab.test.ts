import { expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { formatCodeQuality } from '../../reports/gitlab.ts';
import { fixtures } from './fixtures.ts';

interface Finding {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: string;
  location: { path: string; lines: { begin: number } };
}

const findings = (result: Result) => JSON.parse(formatCodeQuality(result, '.hitless/run')) as Finding[];

test.each(Object.entries(fixtures))('%s has the fields that GitLab reads, and no fingerprint twice', (_name, make) => {
  const all = findings(make());
  for (const { description, check_name, fingerprint, severity, location } of all) {
    expect(description).toMatch(/\S/);
    expect(check_name).toMatch(/^hitless\/\S/);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
    expect(location.path).not.toMatch(/^(\.{0,2}\/|$)/);
    expect(location.lines.begin).toBe(1);
  }
  expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(all.length);
});

test('each check that failed is one, and a clean pass has none', () => {
  expect(findings(fixtures.healthy()).filter(({ severity }) => severity !== 'minor')).toEqual([]);
  const failed = findings(fixtures.failing()).filter(({ severity }) => severity === 'critical');
  expect(failed.map(({ check_name }) => check_name)).toEqual(['hitless/zero-failed', 'hitless/max-outage']);
});

test('is never empty when the run did not pass', () => {
  const result = { ...fixtures.healthy(), verdict: 'inconclusive' as const, reasons: ['the generator stalled'] };
  expect(findings({ ...result, checks: [] })).toMatchObject([
    { check_name: 'hitless/verdict', severity: 'major', description: expect.stringContaining('the generator stalled') },
  ]);
});

test('the same finding of another run has the same fingerprint, and another finding has not', () => {
  const one = findings(fixtures.failing());
  const again = fixtures.failing();
  for (const check of again.checks) check.message = 'other numbers';
  expect(findings(again).map(({ fingerprint }) => fingerprint)).toEqual(one.map(({ fingerprint }) => fingerprint));
});

test('says what was not judged, and where the scenario is', () => {
  const result = fixtures.healthy();
  result.scenario.file = 'deploy/shop.yml';
  result.notJudged = [{ check: 'zero-failed', level: 'off', by: 'hitless.config.yml:3:5' }];
  expect(findings(result)).toContainEqual(
    expect.objectContaining({ severity: 'info', location: { path: 'deploy/shop.yml', lines: { begin: 1 } } }),
  );
  // A scenario that was made for the run is in no repository.
  result.scenario.file = '.hitless/run/scenario.json';
  expect(findings(result)[0]?.location.path).toBe('.gitlab-ci.yml');
  expect(findings({ ...result, config: 'hitless.config.yml' })[0]?.location.path).toBe('hitless.config.yml');
});

test('a scenario that came out as it expects finds nothing', () => {
  const expectation = { verdict: 'fail' as const, causes: [], met: true };
  expect(findings({ ...fixtures.failing(), expectation })).toEqual([]);
});
