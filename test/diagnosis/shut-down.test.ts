import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { runScenarioByCli, scratch } from '../e2e/run-cli.ts';

/** Real apps on the embedded target. They mostly wait, so they run side by side. */
const names = ['grace-too-short', 'serves-on', 'kept-connections-cut'];
const { folder, remove } = scratch();
const runs = new Map<string, Awaited<ReturnType<typeof runScenarioByCli>>>();
afterAll(remove);
beforeAll(async () => {
  const fileOf = (name: string) => join(import.meta.dirname, 'shut-down', `${name}.yml`);
  await Promise.all(
    names.map(async (name) => runs.set(name, await runScenarioByCli(fileOf(name), join(folder, name)))),
  );
}, 240_000);

function resultOf(name: string): Result {
  const { result, stdout, stderr } = runs.get(name) as NonNullable<ReturnType<typeof runs.get>>;
  expect(result.complete, stdout + stderr).toBe(true);
  const lost = result.traffic.reduce((sum, { failed, unanswered }) => sum + failed + unanswered, 0);
  expect(result.causes.reduce((sum, { failures }) => sum + failures, result.unexplained)).toBe(lost);
  return result;
}

const causeOf = (result: Result) => {
  expect(result.causes, JSON.stringify(result.failures.slice(0, 5))).toHaveLength(1);
  return result.causes[0] as Result['causes'][number];
};

test('requests that outlast the grace', () => {
  const cause = causeOf(resultOf('grace-too-short'));
  expect(cause.id).toBe('grace-too-short');
  expect(cause.evidence[0]).toContain('the grace of 2 s was over and got SIGKILL (exit code 137)');
  const seconds = Number(/terminationGracePeriodSeconds: (\d+)/.exec(cause.fix?.patch ?? '')?.[1]);
  expect(seconds).toBeGreaterThanOrEqual(10);
});

test('an app that goes on until it is killed', () => {
  const cause = causeOf(resultOf('serves-on'));
  // Whether a new connection still came is up to the routes.
  expect(cause.id).toMatch(/^(sigterm-ignored|keep-alive-not-drained)$/);
  expect(cause.evidence.join(' ')).toMatch(/After SIGTERM up to \d+ requests in a row were answered/);
});

test('an app that closes its kept connections at SIGTERM', () => {
  const result = resultOf('kept-connections-cut');
  const cause = causeOf(result);
  expect(cause.id).toBe('kept-connections-cut');
  expect(cause.fix?.summary).toContain('`Connection: close`');
  expect(result.events.filter(({ exitCode }) => exitCode === 137)).toEqual([]);
});

test('the terminal and the report say why, and what mends it', () => {
  for (const name of ['grace-too-short', 'kept-connections-cut']) {
    const { stdout, code } = runs.get(name) as NonNullable<ReturnType<typeof runs.get>>;
    expect(code).toBe(0);
    expect(stdout).toContain(`- ${name}: `);
    expect(stdout).toContain('What mends it:');
    expect(readFileSync(join(folder, name, 'report.html'), 'utf8')).toContain(name);
  }
});
