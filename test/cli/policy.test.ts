import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { exitCodeOfDone, onInconclusiveOf, withOnInconclusive } from '../../cli/on-inconclusive.ts';
import type { Result } from '../../record/result.ts';
import { assertResult } from '../../record/result-file.ts';
import { startCli } from '../e2e/run-cli.ts';
import { fixtures } from '../reports/fixtures.ts';
import { deploy, type Service, startService, startServiceAndFolder } from '../verify/service.ts';

/** A machine may be very busy, and some make several runs. */
vi.setConfig({ testTimeout: 300_000 });

let service: Service;
let folder: string;

beforeEach(async () => {
  ({ service, folder } = await startServiceAndFolder());
  writeFileSync(
    join(folder, 'quick.yml'),
    `name: quick
app: { url: '${service.url}' }
lanes: [{ name: visitors, rate: 50, resolution: 60s }]
steps: [{ hold: 300ms }]
`,
  );
});

const config = (text: string, name = 'hitless.config.yml') => writeFileSync(join(folder, name), text);
const result = (out = 'run') => {
  const read = JSON.parse(readFileSync(join(folder, out, 'result.json'), 'utf8')) as Result;
  assertResult(read);
  return read;
};
const hitless = (...args: string[]) => startCli(args, { cwd: folder, env: { GITHUB_ACTIONS: '' } }).end;
const run = (...flags: string[]) => hitless('run', 'quick.yml', '--out', 'run', '--reporter', 'list,json', ...flags);
const allOff = 'checks: { zero-failed: off, max-outage: off }\n';

describe('a level that takes a check out of the verdict', () => {
  test('is on the screen and in the result, with the place that says so', async () => {
    config('checks: { zero-failed: off }\n');
    const { code, stdout } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ PASS.*\nNot judged: zero-failed is off \(hitless\.config\.yml:1:24\)\.$/m);
    expect(stdout).toContain('The config is hitless.config.yml.');
    expect(result()).toMatchObject({
      verdict: 'pass',
      config: 'hitless.config.yml',
      notJudged: [{ check: 'zero-failed', level: 'off', by: 'hitless.config.yml:1:24' }],
    });
  });

  test('yields to a flag', async () => {
    config('checks: { zero-failed: off }\n');
    await run('--check.zero-failed', 'error', '--check.max-outage', 'warn');
    expect(result().notJudged).toEqual([{ check: 'max-outage', level: 'warn', by: '--check.max-outage' }]);
    expect(result().checks.find(({ name }) => name === 'zero-failed')).toMatchObject({ asked: true });
  });

  test('is not read with --no-config, nor where another config is named', async () => {
    config('checks: { zero-failed: off }\n');
    config('checks: { max-outage: warn }\n', 'other.yml');
    await run('--no-config');
    expect(result()).not.toHaveProperty('config');
    expect(result()).not.toHaveProperty('notJudged');
    await hitless('run', 'quick.yml', '--out', 'other', '--reporter', 'json', '--config', 'other.yml');
    expect(result('other')).toMatchObject({ config: 'other.yml', notJudged: [{ check: 'max-outage' }] });
  });
});

describe('a run that could not tell', () => {
  test('has an exit code of its own, and says what would make it conclusive', async () => {
    config(allOff);
    const { code, stdout } = await run();
    expect(code).toBe(4);
    expect(stdout).toContain('To find out: set the level of one check at least to error.');
    expect(result()).not.toHaveProperty('onInconclusive');
  });

  test.each([
    ['fail', 1, 'Inconclusive counts as a failure here, with exit code 1 (fail, hitless.config.yml:2:17).'],
    ['warn', 0, 'Inconclusive is a warning here, with exit code 0 (warn, hitless.config.yml:2:17).'],
    ['pass', 0, 'Inconclusive is let pass here, with exit code 0 (pass, hitless.config.yml:2:17).'],
    [
      'retry:1',
      4,
      'It could not be told; that was try 1 of 2, and the next one follows (retry:1, hitless.config.yml:2:17).',
    ],
  ] as const)('counts as %s where that is asked for, and stays what it is', (asked, exit, message) => {
    const before = fixtures.inconclusive();
    const after = withOnInconclusive(before, onInconclusiveOf(asked, 'hitless.config.yml:2:17'), 1);
    expect(exitCodeOfDone(after)).toBe(exit);
    expect(after).toMatchObject({ verdict: 'inconclusive', onInconclusive: { asked, message, try: 1 } });
    // What could be told, what was cut short, and what was expected, is left as it is.
    const policy = onInconclusiveOf(asked, '--on-inconclusive');
    const expectation = { verdict: 'inconclusive' as const, causes: [], met: true };
    for (const result of [fixtures.failing(), fixtures.healthy(), fixtures.incomplete(), { ...before, expectation }])
      expect(withOnInconclusive(result, policy, 1)).toEqual(result);
  });

  test('counts as the flag says where there is one, and the screen and the result say so', async () => {
    config(`${allOff}onInconclusive: pass\n`);
    const { code, stdout } = await run('--on-inconclusive', 'fail');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\? INCONCLUSIVE/m);
    expect(stdout.replaceAll('\n', ' ')).toContain(
      'Inconclusive counts as a failure here, with exit code 1 (--on-inconclusive fail).',
    );
    expect(result()).toMatchObject({
      verdict: 'inconclusive',
      onInconclusive: { asked: 'fail', done: 'fail', try: 1 },
    });
  });

  test('is tried again; the folder that was asked for holds the last try, those before it stand beside', async () => {
    config(allOff);
    const { code, stdout } = await run('--on-inconclusive', 'retry:2,warn');
    expect(code).toBe(0);
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('run'))
        .sort(),
    ).toEqual(['run', 'run.try-1', 'run.try-2']);
    expect(result('run.try-1').onInconclusive).toMatchObject({ done: 'retry', try: 1, tries: 3 });
    expect(result().onInconclusive).toMatchObject({ done: 'warn', try: 3, tries: 3 });
    expect(stdout.replaceAll('\n', ' ')).toContain('2 tries before this one were inconclusive too.');
    // Each tells where its files are.
    expect(stdout).toMatch(/run\.try-1$/m);
    // What is there already is kept.
    const again = await hitless('run', 'quick.yml', '--out', 'run', '--on-inconclusive', 'retry:1');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('run.try-1') });
  });
});

describe('what is wrong with a policy is told before anything starts', () => {
  test.each([
    [['--on-inconclusive', 'ignore'], '--on-inconclusive: expected fail, warn, pass, or retry:N'],
    [['--on-inconclusive', 'retry:0'], '--on-inconclusive: expected'],
    [['--check.zero-faild', 'off'], '--check.zero-faild: unknown check "zero-faild"; did you mean "zero-failed"?'],
    [['--check.zero-failed', 'of'], '--check.zero-failed: expected off or warn or error, got of; did you mean "off"?'],
    [['--check.zero-failed', 'off', '--check.zero-failed', 'warn'], '--check.zero-failed is given twice'],
    [['--check', 'zero-failed'], '--check: expected --check.NAME off, warn or error'],
    [['--config', 'none.yml'], '--config: there is no file none.yml'],
  ])('%j', async (flags, line) => {
    const { code, stderr } = await run(...flags);
    expect(stderr.split('\n')[0]).toContain(line);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  test('a typo in the config', async () => {
    config('checks:\n  zero-faild: off\n');
    const { code, stderr } = await run();
    expect(stderr).toBe('hitless.config.yml:2:3: unknown field "zero-faild" in checks; did you mean "zero-failed"?\n');
    expect(code).toBe(2);
  });

  test('a config that ends the process as if all were well', async () => {
    config('process.exit(0);\n', 'hitless.config.ts');
    expect((await run()).code).toBe(3);
  });
});

describe('verify takes from its config', () => {
  const verify = (...flags: string[]) =>
    hitless(
      ...['verify', '--url', service.url, '--out', 'run', '--reporter', 'list,json'],
      ...['--baseline', '400ms', '--after', '400ms', ...flags],
    );

  test('lanes, a control and budgets, and its verdict is by them', async () => {
    config(`lanes:
  - { name: shoppers, rate: 50, resolution: 60s, request: { path: /cart, headers: { x-shop: one } } }
budgets: { failures: 3, outage: 10s }
control: '${(await startService()).url}/health'
`);
    const { code, stdout } = await verify('--', ...deploy(service, 'v2', 2));
    const { traffic, checks, verdict, reasons } = result();
    expect(verdict, stdout).toBe('pass');
    expect(code).toBe(0);
    expect(traffic.map(({ lane }) => lane)).toContain('shoppers');
    expect(traffic.some(({ role }) => role === 'control')).toBe(true);
    expect(service.asked.some(({ url, headers }) => url === '/cart' && headers['x-shop'] === 'one')).toBe(true);
    const decide = checks.filter(({ asked }) => asked);
    expect(decide.map(({ name }) => name).sort()).toEqual(['failure-budget', 'max-outage']);
    expect(decide.find(({ name }) => name === 'max-outage')?.expected).toMatchObject({ ms: 10_000 });
    expect(reasons.join('\n')).toContain('within the 3 that are allowed');
  });

  test('flags about requests, laid over its lanes; a rate would be lost and is refused', async () => {
    config('lanes:\n  - { name: shoppers, rate: 50, request: { path: /cart } }\n');
    const dry = (...flags: string[]) => verify('--dry-run', ...flags, '--', 'true');
    expect((await dry('--path', '/other')).stdout).toContain('shoppers: GET /other');
    expect((await dry('-H', 'x-a: b')).stdout).toContain('shoppers: GET /cart');
    const { code, stderr } = await dry('--rate', '7');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--rate: the lanes of the config'),
    });
  });

  test('and tells what is wrong there at its place', async () => {
    config('lanes:\n  - { name: shoppers, rate: 50, request: { headers: { host: a, connection: close } } }\n');
    const { code, stderr } = await verify('--', 'true');
    expect(stderr).toMatch(/^hitless\.config\.yml:2:\d+: lanes\[0\]\.request\.headers\.connection: hitless writes/);
    expect(code).toBe(2);
  });
});
