import { expect, test } from 'vitest';
import { startCli } from '../e2e/run-cli.ts';

const watch = ['verify', '--dry-run', '--url', 'http://127.0.0.1:9', '--watch', '--service', 'shop', '-n', 'shop'];

test.each([
  ['10s', true],
  ['0s', false],
])('with a baseline of %s an earlier rollout is waited for first: %s', async (baseline, waits) => {
  const { code, stdout } = await startCli([...watch, '--baseline', baseline]).end;
  expect(stdout).toContain("wait until somebody else's rollout is over");
  expect(stdout.includes('wait until no rollout is under way')).toBe(waits);
  expect(code).toBe(0);
});
