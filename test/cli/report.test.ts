import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { runScenarioByCli, scratch, startCli } from '../e2e/run-cli.ts';

const { folder, remove } = scratch();
const run = join(folder, 'run');
afterAll(remove);

let first: Result;
beforeAll(async () => {
  first = (await runScenarioByCli('load-balancing', run)).result;
}, 120_000);

const resultFile = join(run, 'result.json');
const readResult = () => JSON.parse(readFileSync(resultFile, 'utf8')) as Result;

describe('hitless report', () => {
  test('makes the same reports again', async () => {
    rmSync(join(run, 'report.html'));
    rmSync(join(run, 'junit.xml'));
    const { code, stdout } = await startCli(['report', run]).end;
    expect({ code, verdict: first.verdict }).toEqual({ code: 0, verdict: 'pass' });
    expect(stdout).toMatch(/^✓ PASS/m);
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toMatch(/<html/);
    expect(readFileSync(join(run, 'junit.xml'), 'utf8')).toMatch(/<testsuite/);
    expect(readResult()).toEqual(first);
  });

  test('judges a run that left no result, by the checks of its scenario', async () => {
    rmSync(resultFile);
    const { code } = await startCli(['report', run]).end;
    expect(code).toBe(0);
    expect(readResult()).toEqual(first);
  });

  test('judges the same requests anew by other checks', async () => {
    const file = join(folder, 'strict.yml');
    writeFileSync(file, 'checks:\n  - latency: { p50: 0.001 }\n  - zero-failed: { lane: visitors }\n');
    const { code } = await startCli(['report', run, '--checks', file]).end;
    const { verdict, checks, traffic } = readResult();
    expect({ code, verdict }).toEqual({ code: 1, verdict: 'fail' });
    expect(checks.filter(({ asked }) => asked).map(({ name, lane }) => [name, lane])).toEqual([
      ['latency', null],
      ['zero-failed', 'visitors'],
    ]);
    expect(traffic).toEqual(first.traffic);
  });

  test('goes by the levels of a config where it judges, and leaves what was decided as it is where it does not', async () => {
    const report = async (...args: string[]) => await startCli(['report', run, ...args], { cwd: folder }).end;
    writeFileSync(join(folder, 'lenient.yml'), 'checks: { latency: warn }\n');
    const lenient = await report('--checks', 'strict.yml', '--config', 'lenient.yml');
    expect(lenient).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('latency does not decide, it only warns (lenient.yml:1:20).'),
    });
    expect(readResult()).toMatchObject({ config: 'lenient.yml', notJudged: [{ check: 'latency', level: 'warn' }] });
    expect((await report('--checks', 'strict.yml', '--config', 'lenient.yml', '--check.latency', 'error')).code).toBe(
      1,
    );
    writeFileSync(join(folder, 'hitless.config.yml'), 'checks: { latency: warn }\nreporters: [json]\n');
    try {
      // The verdict of the last judgement.
      expect(await report()).toMatchObject({ code: 1, stdout: '' });
      expect((await report('--checks', 'strict.yml')).code).toBe(0);
      expect((await report('--checks', 'strict.yml', '--no-config')).code).toBe(1);
    } finally {
      rmSync(join(folder, 'hitless.config.yml'));
    }
    writeFileSync(join(folder, 'budgets.yml'), 'budgets: { outage: 1s }\n');
    expect(await report('--config', 'budgets.yml')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--config: its budgets are for verify/),
    });
  });

  test('tells what is wrong with them', async () => {
    const file = join(folder, 'wrong.yml');
    writeFileSync(file, 'checks:\n  - zero-faild\n  - max-outage: { lane: vistors }\n');
    const { code, stderr } = await startCli(['report', run, '--checks', file], { cwd: folder }).end;
    expect(stderr).toBe(
      'wrong.yml:2:5: unknown check "zero-faild"; did you mean "zero-failed"?\n' +
        'wrong.yml:3:25: no lane "vistors"; did you mean "visitors"?\n',
    );
    expect(code).toBe(2);
  });
});
