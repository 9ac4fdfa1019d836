import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkout, scratch } from '../e2e/run-cli.ts';

/** What Node loads until a program ends. */
function modulesOf(...words: string[]): string[] {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'modules');
  const told = ['--import', join(import.meta.dirname, 'tell-modules.ts')];
  const { status, stderr } = spawnSync(process.execPath, [...told, ...words], {
    cwd: checkout,
    env: { ...process.env, MODULES_FILE: file },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

const packagesIn = (modules: readonly string[]) =>
  new Set(
    modules.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]).filter((name) => name !== undefined),
  );

test.each(['--help', '--version', 'run --help', 'verify --help', 'bench --help', 'compare --help', 'report --help'])(
  'hitless %s loads the command line and nothing that a command needs',
  (words) => {
    const packages = packagesIn(modulesOf('bin/hitless.js', ...words.split(' ')));
    expect(packages).toContain('yargs');
    for (const heavy of ['ajv', 'apache-arrow', 'chart.js', 'typebox', 'undici', 'yaml', '@kubernetes/client-node'])
      expect(packages).not.toContain(heavy);
  },
);

test.each(['list', 'schema', 'run rolling-update --dry-run'])('hitless %s loads nothing that runs', (words) => {
  const packages = packagesIn(modulesOf('bin/hitless.js', ...words.split(' ')));
  for (const heavy of ['apache-arrow', 'chart.js', 'undici', '@napi-rs/canvas', '@kubernetes/client-node'])
    expect(packages).not.toContain(heavy);
});

test("of the cluster's client the target loads no class of the API: there are hundreds", () => {
  const target = join(checkout, 'targets/kubernetes/kubernetes.ts');
  const modules = modulesOf('--input-type=module', '-e', `await import(${JSON.stringify(target)})`);
  const ofClient = modules.filter((url) => url.includes('/@kubernetes/client-node/'));
  expect(ofClient.some((url) => url.endsWith('/dist/config.js'))).toBe(true);
  expect(ofClient.filter((url) => /\/gen\/(models|apis|types)\//.test(url))).toEqual([]);
});

test('of Arrow the record loads no tables and vectors', () => {
  const writer = join(checkout, 'record/attempts-writer.ts');
  const modules = modulesOf('--input-type=module', '-e', `await import(${JSON.stringify(writer)})`);
  expect(modules.filter((url) => /\/apache-arrow\/(table|vector|builder)\.mjs$/.test(url))).toEqual([]);
});
