import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { targetNames } from '../../cli/targets.ts';
import { commandNames } from '../../cli/usage-error.ts';
import { startCli } from '../e2e/run-cli.ts';
import { goodScenario, sampleFolder, sampleWith } from '../scenario/sample.ts';

interface Told {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the command line in a folder of its own, with a TMPDIR of its own in which leases lie, and sees that nothing
 * is left: no process that has this TMPDIR, no lease, no folder of a run.
 */
async function hitless(args: readonly string[], files: Record<string, string> = {}): Promise<Told> {
  const folder = sampleFolder({ 'a.yml': goodScenario, ...files });
  onTestFinished(() => folder.remove());
  const TMPDIR = join(folder.path, 'tmp');
  mkdirSync(TMPDIR);
  const end = await startCli(args, { cwd: folder.path, env: { TMPDIR } }).end;
  expect(processesWith(`TMPDIR=${TMPDIR}`)).toEqual([]);
  expect(filesBelow(TMPDIR).filter((file) => file.endsWith('.json') || file.includes('ports-'))).toEqual([]);
  if (end.code !== 1)
    expect(existsSync(join(folder.path, '.hitless')) ? readdirSync(join(folder.path, '.hitless')) : []).toEqual([]);
  expect(end.stdout + end.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  return end;
}

function processesWith(variable: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  const owned = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && owned(entry));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String);
}

describe('wrong use is told in one line and a hint, with exit code 2', () => {
  test.each([
    [[], `expected a command: ${commandNames.join(', ')}`],
    [['rnu'], 'unknown word rnu; did you mean "run"?'],
    [['run'], 'run needs a scenario'],
    [['--frob'], 'unknown option --frob'],
    [['run', '--frob'], 'unknown option --frob'],
    [['run', '--repotr=list'], 'unknown option --repotr; did you mean "reporter"?'],
    [['--repotr', 'list'], 'unknown option --repotr; did you mean "reporter"?'],
    [['verify', '--ulr', 'http://127.0.0.1:9', '--', 'x', '--frob'], 'unknown option --ulr; did you mean "url"?'],
    [['verify', '--no-config', '--', 'x', '--frob'], 'missing required argument: url'],
    [['run', 'a.yml', '--repotr', 'json'], 'unknown option --repotr; did you mean "reporter"?'],
    [
      ['run', 'a.yml', '--target', 'lcoal'],
      `--target: expected ${targetNames.join(' or ')}, got lcoal; did you mean "local"?`,
    ],
    [['run', 'a.yml', '--reporter', 'jsn'], 'there is no reporter "jsn"; did you mean "json"?'],
    [['run', 'a.yml', '--repeat', '0'], '--repeat: expected a whole number above 0, got 0'],
    [['run', 'a.yml', 'a.yml', '--out', 'x'], '--out: one folder holds one run, and these are several'],
    [['run', 'rolling-updat'], 'there is no scenario "rolling-updat"; did you mean "rolling-update"?'],
    [['run', 'a.yml', '--lane.vistors.rate', '5'], '--lane.vistors.rate: no lane "vistors"; did you mean "visitors"?'],
    [['run', 'a.yml', '--seed', '-1'], '--seed: expected a whole number from 0 to 4294967295, got -1'],
    [['run', 'none.mjs'], 'none.mjs: the file exports no scenario'],
    [['run', 'a.yml', '--seed', '1', '--seed', '2'], '--seed is given twice'],
    [['run', 'readme.md'], "readme.md: a scenario's file ends in .yml, .yaml, .json, .ts, .mts, .js, .mjs"],
    [['schema', 'resutl'], 'expected scenario or result or bench or config, got resutl; did you mean "result"?'],
    [['run', 'a.yml', '--repeat', 'x'], '--repeat: expected a number, got "x"'],
    [['run', 'a.yml', '--out', 'readme.md'], 'cannot use readme.md for the run: it is a file, and no folder'],
    [
      ['verify', '--url', 'http://127.0.0.1:9', '--out', 'readme.md/x', '--', 'true'],
      'cannot use readme.md/x for the run: readme.md is a file, and no folder',
    ],
    [['trend', '.', '--html', 'readme.md/x'], '--html: cannot write readme.md/x: readme.md is a file, and no folder'],
    [['trend', '.', '--html', '.'], '--html: . is a folder'],
    [['compare', 'readme.md', 'readme.md'], expect.stringMatching(/^readme\.md: this is no JSON/)],
    [['report', '.'], '.: this is no folder of a run: it holds neither run.json nor result.json'],
  ])('%j', async (args, line) => {
    const { code, stdout, stderr } = await hitless(args, {
      'readme.md': '# no scenario',
      'none.mjs': 'export const name = 1;\n',
    });
    const [first, ...hint] = stderr.trimEnd().split('\n');
    expect(first).toEqual(line);
    expect(hint.every((one) => /^ {2}\S/.test(one)) && hint.length <= 1).toBe(true);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test('a file that is not there is told with its whole path', async () => {
  const { code, stderr } = await hitless(['run', 'b.yml']);
  expect(stderr).toMatch(/^there is no file \/.*\/b\.yml; did you mean "a\.yml"\?\n/);
  expect(code).toBe(2);
});

test('npm run hitless takes paths from the folder in which it is called', async () => {
  const elsewhere = sampleFolder({ 'mine.yml': goodScenario });
  onTestFinished(() => elsewhere.remove());
  const dryRun = async (npm_lifecycle_event: string) =>
    await startCli(['run', 'mine.yml', '--dry-run'], { env: { npm_lifecycle_event, INIT_CWD: elsewhere.path } }).end;
  expect(await dryRun('hitless')).toMatchObject({ code: 0, stderr: '' });
  expect(await dryRun('test')).toMatchObject({ code: 2 });
});

test.each([
  ['an image that nobody describes', 'shop:v1: {', 'shop:v3: {', /the image shop:v1 is not among app\.images/],
  ['a missing executable', '[node, shop.js]', '[nodde, shop.js]', /there is no executable nodde/],
])('a dry run tells %s as the run does', async (_, from, to, line) => {
  const files = { 'a.yml': sampleWith(from, to) };
  const dry = await hitless(['run', 'a.yml', '--dry-run'], files);
  expect(dry.stderr).toMatch(line);
  expect(dry.stdout).toBe('');
  const real = await hitless(['run', 'a.yml'], files);
  const first = (text: string) => text.split('\n')[0];
  expect([dry.code, first(dry.stderr)]).toEqual([real.code, first(real.stderr)]);
});

describe('a file that is not valid is told with its place, with exit code 2', () => {
  const manifest = (from: string, to: string) => ({ 'shop.yml': goodManifest().replace(from, () => to) });
  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a scenario',
      { 'a.yml': sampleWith('connection: kept', 'conection: kept') },
      /^a\.yml:11:5: unknown field "conection" in lanes\[1\]; did you mean "connection"\?$/,
    ],
    ['a manifest with a typo', manifest('replicas: 2', 'replcas: 2'), /^shop\.yml:5:3: .*replcas.*replicas/],
    ['a manifest of a wrong type', manifest('replicas: 2', 'replicas: two'), /^shop\.yml:5:\d+: .*/],
    [
      'a strategy that can never move',
      manifest('replicas: 2', 'replicas: 2\n  strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } }'),
      /^shop\.yml:6:\d+: .*max/,
    ],
    ['a manifest that is no YAML', { 'shop.yml': 'a: [' }, /^shop\.yml:1:\d+: /],
  ])('%s', async (_, files, line) => {
    const { code, stderr } = await hitless(['run', 'a.yml', '--dry-run'], files);
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(line);
    expect(lines.slice(1).every((one) => one.startsWith('  '))).toBe(true);
    expect(code).toBe(2);
  });

  test.each([
    ['a syntax error', 'const a = 1;\nexport default { name: = };\n', /^a\.ts:2:24: Expression expected$/],
    [
      'syntax that Node does not run',
      'enum A { b }\n',
      /^a\.ts:1:1: TypeScript enum is not supported in strip-only mode$/,
    ],
    ['an error while it loads', 'function f() {\n  throw new Error("no luck");\n}\nf();\n', /^a\.ts:2:9: no luck$/],
    ['an import of what is not there', "import './b.ts';\n", /^a\.ts: Cannot find module '.*b\.ts'/],
    [
      'a wrong field',
      "import { defineScenario } from 'hitless';\nexport default defineScenario({ nmae: 'x', app: { manifests: ['shop.yml'] }, lanes: [{ name: 'a', rate: 1 }], steps: [{ deploy: {} }] });\n",
      /^a\.ts: unknown field "nmae"; did you mean "name"\?$/,
    ],
  ])('a module with %s', async (_, text, line) => {
    const { code, stderr } = await hitless(['run', 'a.ts', '--dry-run'], { 'a.ts': text });
    expect(stderr.trimEnd()).toMatch(line);
    expect(code).toBe(2);
  });

  test.each([
    ['ends the process as if all were well', 'process.exit(0);\n'],
    ['waits for what never comes', 'await new Promise(() => {});\n'],
  ])('a module that %s is no pass', async (_, text) => {
    const { code, stderr } = await hitless(['run', 'a.ts'], { 'a.ts': text });
    expect(stderr).toMatch(/^hitless was ended before it had a verdict/m);
    expect(code).toBe(3);
  });
});

describe('what the environment lacks is told, with exit code 3', () => {
  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const text = sampleWith('  images:', `  port: ${port}\n  images:`);
    const { code, stderr } = await hitless(['run', 'a.yml'], { 'a.yml': text });
    expect(stderr).toMatch(new RegExp(`\\b${port}\\b`));
    expect(code).toBe(3);
  });

  test('an executable that is not there', async () => {
    const text = goodScenario.replaceAll('[node, shop.js]', '[nodde, shop.js]');
    const { code, stderr } = await hitless(['run', 'a.yml'], { 'a.yml': text });
    expect(stderr).toMatch(/\bnodde\b/);
    expect(code).toBe(3);
  });
});

test('an app that exits at once has failed, with exit code 1', { timeout: 120_000 }, async () => {
  const { code, stdout } = await hitless(['run', 'a.yml'], { 'shop.js': 'throw new Error("no database");\n' });
  expect(stdout).toMatch(/^✗ FAIL/m);
  expect(code).toBe(1);
});

function goodManifest(): string {
  const folder = sampleFolder();
  const text = readFileSync(join(folder.path, 'shop.yml'), 'utf8');
  folder.remove();
  return text;
}

test('a scenario for other targets is refused before anything starts, also by a dry run', async () => {
  const scenario = sampleWith('name: sample', 'name: sample\ntargets: [kubernetes, docker]');
  for (const args of [
    ['run', 'b.yml'],
    ['run', 'a.yml', 'b.yml', '--target', 'local'],
    ['run', 'b.yml', '--dry-run'],
  ]) {
    const { code, stderr } = await hitless(args, { 'b.yml': scenario });
    expect(code).toBe(2);
    expect(stderr).toContain('sample is not made for the target local');
    expect(stderr).toContain('run it with --target kubernetes or --target docker');
  }
});
