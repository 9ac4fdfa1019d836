import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { lacks } from '../available.ts';
import { runScenarioByCli, scratch } from './run-cli.ts';

const scenarios = join(import.meta.dirname, 'end-of-rollout');
const { folder, remove } = scratch();
afterAll(remove);

const run = (name: string, ...args: string[]) =>
  runScenarioByCli(join(scenarios, `${name}.yml`), join(folder, name), args);
type Run = Awaited<ReturnType<typeof run>>;

/** The pods of the first version, each with how it ended and how long that took from being told. */
function endings(result: Result) {
  const signalled = result.events.filter((event) => event.kind === 'signalled' && event.signal === 'SIGTERM');
  return signalled.map((told) => {
    const pod = told.subject.name;
    const exit = result.events.find(
      (event) => event.kind === 'exited' && event.subject.name === pod && event.fromMs >= told.fromMs,
    );
    return { pod, code: exit?.exitCode, afterMs: exit ? exit.fromMs - told.fromMs : null };
  });
}

const failed = (result: Result, lane: string) => result.traffic.find((one) => one.lane === lane)?.failed ?? -1;

describe.skipIf(lacks('pidns'))('a rollout is over when the last old replica has exited', { timeout: 180_000 }, () => {
  /** They mostly wait, so they run side by side. */
  const runs = new Map<string, Run>();
  beforeAll(async () => {
    const names = ['sigterm-ignored', 'no-handler', 'slow-but-healthy'];
    await Promise.all(names.map(async (name) => runs.set(name, await run(name))));
  }, 240_000);

  test.each(['sigterm-ignored', 'no-handler'])(
    '%s: lives to the end of its grace, is killed with 137, and what it kept is lost',
    (name) => {
      const { code, result } = runs.get(name) as Run;
      expect(result.verdict, result.reasons.join('\n')).toBe('fail');
      expect(code).toBe(1);
      expect(failed(result, 'regulars')).toBeGreaterThan(0);
      const ends = endings(result);
      expect(ends).toHaveLength(3);
      for (const end of ends) {
        expect(end.code).toBe(137);
        expect(end.afterMs).toBeGreaterThan(29_000);
      }
    },
  );

  describe('npm-start', () => {
    let result: Result;
    beforeAll(async () => {
      // Of a cluster's delays, from which local draws, a few are so short that all three replicas lose nothing.
      ({ result } = await run('npm-start', '--seed', '5'));
    }, 180_000);

    test('loses requests', () => {
      expect(result.verdict).toBe('fail');
      expect(failed(result, 'visitors') + failed(result, 'regulars')).toBeGreaterThan(0);
    });

    test('is gone within a second of SIGTERM, with code 1', () => {
      const ends = endings(result);
      expect(ends).toHaveLength(3);
      for (const end of ends) {
        expect(end.code).toBe(1);
        expect(end.afterMs).toBeLessThan(1000);
      }
    });
  });

  test('slow-but-healthy: answers that take 4 s are all given', () => {
    const { code, result } = runs.get('slow-but-healthy') as Run;
    expect(result.verdict, result.reasons.join('\n')).toBe('pass');
    expect(code).toBe(0);
  });
});
