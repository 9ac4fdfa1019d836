import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findConfig } from '../../../cli/config/find.ts';
import { loadConfig } from '../../../cli/config/load.ts';
import { errorText } from '../../../cli/error-screen.ts';

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

async function told(file: string, text: string): Promise<string[]> {
  const folder = folderWith({ [file]: text });
  const error = await loadConfig(join(folder, file)).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  return errorText(error).replaceAll(`${folder}/`, '').trimEnd().split('\n');
}

const whole = `reporters: [list, gitlab]
onInconclusive: retry:2,warn
checks: { latency: warn, version-mixing: off }
budgets:
  failures: 0.1%
  outage: 500ms
  latency: { p99: 200ms, max: 2s }
  recovery: 30s
lanes:
  - { name: shoppers, rate: 50, request: { path: /cart } }
control: http://127.0.0.1:8080
identity: { version: header:x-version }
`;

describe('a config', () => {
  test('is read with all that it says, and where it says it', async () => {
    const folder = folderWith({ 'hitless.config.yml': whole });
    const file = join(folder, 'hitless.config.yml');
    const config = await loadConfig(file);
    expect(config).toMatchObject({
      reporters: ['list', 'gitlab'],
      onInconclusive: { asked: 'retry:2,warn', tries: 3, countsAs: 'warn' },
      checks: [
        { 'failure-budget': { percent: 0.1 } },
        { 'max-outage': { ms: 500 } },
        { latency: { p99: 200, max: 2000 } },
        { recovery: { ms: 30_000 } },
      ],
      lanes: [{ name: 'shoppers' }],
      control: 'http://127.0.0.1:8080',
      identity: { version: 'header:x-version' },
    });
    expect(config.levels).toEqual([
      { check: 'latency', level: 'warn', by: expect.stringMatching(/hitless\.config\.yml:3:20$/) },
      { check: 'version-mixing', level: 'off', by: expect.stringMatching(/hitless\.config\.yml:3:42$/) },
    ]);
  });

  test('is the same in TypeScript', async () => {
    const text = `import { defineConfig } from 'hitless';
export default defineConfig({ budgets: { failures: 0, outage: '0' }, checks: { latency: 'warn' } });
`;
    const folder = folderWith({ 'hitless.config.ts': text });
    const config = await loadConfig(join(folder, 'hitless.config.ts'));
    expect(config).toMatchObject({
      checks: [{ 'zero-failed': {} }, { 'max-outage': { ms: 0 } }],
      onInconclusive: null,
    });
    expect(config.levels).toMatchObject([{ check: 'latency', level: 'warn' }]);
  });

  test.each([
    ['bugdets: {}', 'hitless.config.yml:1:1: unknown field "bugdets"; did you mean "budgets"?'],
    [
      'checks: { zero-faild: warn }',
      'hitless.config.yml:1:11: unknown field "zero-faild" in checks; did you mean "zero-failed"?',
    ],
    [
      'checks:\n  zero-failed: eror',
      'hitless.config.yml:2:16: checks.zero-failed: expected "off" or "warn" or "error", got "eror"; did you mean "error"?',
    ],
    [
      'checks: { zero-failed: false }',
      'hitless.config.yml:1:24: checks.zero-failed: expected "off" or "warn" or "error", got false',
    ],
    [
      'budgets: { outage: 200 }',
      'hitless.config.yml:1:20: budgets.outage: expected a duration such as 500ms, 2s or 1m (999m at most), got 200',
    ],
    ['budgets: { outtage: 2s }', 'hitless.config.yml:1:12: unknown field "outtage" in budgets; did you mean "outage"?'],
    [
      'budgets: { failures: 3 }',
      'hitless.config.yml:1:22: budgets.failures: each request that fails is an outage too: say in budgets.outage how long one may be, such as 500ms',
    ],
    [
      'budgets: { outage: 0ms }\nchecks: { max-outage: off }',
      'hitless.config.yml:2:23: checks.max-outage: it is off, and the budgets ask for it: leave one of the two out',
    ],
    [
      'onInconclusive: ignore',
      'hitless.config.yml:1:17: onInconclusive: expected fail, warn, pass, or retry:N (1 to 9), also with what follows it: retry:2,warn, got "ignore"',
    ],
    [
      'reporters: [gitlb]',
      /^hitless\.config\.yml:1:13: reporters\[0\]: expected "html" or .* got "gitlb"; did you mean "gitlab"\?$/,
    ],
    ['lanes: [{ name: a, rat: 5 }]', 'hitless.config.yml:1:20: unknown field "rat" in lanes[0]; did you mean "rate"?'],
    ['control: http://a:b@c', /^hitless\.config\.yml:1:10: control: a name and a password/],
    ['- a', 'hitless.config.yml:1:1: the config: expected a mapping, got a list'],
    ['', 'hitless.config.yml:1:1: the config: expected a mapping, got nothing'],
    ['a: 1\n---\nb: 2', 'hitless.config.yml:2:1: the file holds more than one document (---), a config is one'],
    ['checks: {', /^hitless\.config\.yml:1:\d+: /],
  ])('with %j is told with its place', async (text, line) => {
    const lines = await told('hitless.config.yml', text);
    if (typeof line === 'string') expect(lines[0]).toBe(line);
    else expect(lines[0]).toMatch(line);
  });

  test('that is a bomb of aliases is refused', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
    const lines = await told('hitless.config.yml', ['l0: &l0 [lol]', ...levels].join('\n'));
    expect(lines[0]).toMatch(/^hitless\.config\.yml:\d+:\d+: aliases \(\*name\) repeat more than 100 values$/);
  });

  test.each([
    ['throw new Error("no luck");\n', 'hitless.config.ts:1:7: no luck'],
    ['export const a = 1;\n', 'hitless.config.ts: the file exports no config'],
    ['export default { checks: { x: 1 } };\n', /^hitless\.config\.ts: unknown field "x" in checks/],
  ])('in TypeScript that does %j is told with its place', async (text, line) => {
    const lines = await told('hitless.config.ts', text);
    if (typeof line === 'string') expect(lines[0]).toBe(line);
    else expect(lines[0]).toMatch(line);
  });
});

describe('the config that is found', () => {
  test('is the one of the folder, else the nearest above it up to the root of the repository', () => {
    const folder = folderWith({ 'hitless.config.yml': '{}', 'r/.git/HEAD': '', 'r/a/b/c.txt': '', 'r/a/x.txt': '' });
    const root = join(folder, 'r');
    expect(findConfig(folder)).toBe(join(folder, 'hitless.config.yml'));
    // It lies above the repository: somebody else's.
    expect(findConfig(join(root, 'a/b'))).toBeNull();
    writeFileSync(join(root, 'hitless.config.ts'), '');
    expect(findConfig(join(root, 'a/b'))).toBe(join(root, 'hitless.config.ts'));
    writeFileSync(join(root, 'a/hitless.config.yaml'), '');
    expect(findConfig(join(root, 'a/b'))).toBe(join(root, 'a/hitless.config.yaml'));
  });

  test('outside a repository nothing above the folder is run', () => {
    const folder = folderWith({ 'hitless.config.ts': 'throw 1', 'a/b.txt': '' });
    expect(findConfig(join(folder, 'a'))).toBeNull();
  });

  test('is no guess between two', () => {
    const folder = folderWith({ 'hitless.config.yml': '{}', 'hitless.config.ts': '' });
    expect(() => findConfig(folder)).toThrow(/is there too: which of the two is meant\?/);
  });

  test.each(['hitless.conf.yml', 'hitles.config.yml', '.hitlessrc.json', 'hitless.yml', 'hitless-config.ts'])(
    'is not passed over for a slip: %s',
    (name) => {
      const folder = folderWith({ [name]: '{}' });
      expect(() => findConfig(folder)).toThrow(/a config is called hitless\.config\.\w+, and this is read by nobody/);
    },
  );

  test.each(['vite.config.ts', 'vitest.config.ts', 'config.yml', 'hitless.config.production.yml', 'hitless.md'])(
    'is not mistaken for %s',
    (name) => {
      expect(findConfig(folderWith({ [name]: '{}' }))).toBeNull();
    },
  );
});
