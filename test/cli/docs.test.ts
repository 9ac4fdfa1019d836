import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCli } from '../e2e/run-cli.ts';
import { sampleFolder } from '../scenario/sample.ts';

const checkout = join(import.meta.dirname, '../..');

/** The plan of a scenario that a page shows, with the sample's manifest, of the pages' image, in its folder k8s. */
async function planOf(file: string, text: string) {
  const folder = sampleFolder({ [file]: text });
  onTestFinished(() => folder.remove());
  mkdirSync(join(folder.path, 'k8s'));
  const manifest = readFileSync(join(folder.path, 'shop.yml'), 'utf8').replace('shop:v1', 'shop:1.0');
  writeFileSync(join(folder.path, 'k8s/shop.yml'), manifest);
  return startCli(['run', file, '--dry-run'], { cwd: folder.path }).end;
}

test("the README's scenario is valid", async () => {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const [block = ''] = /^ {4}name: shop-update\n(?: {4}.*\n)*/m.exec(readme) ?? [];
  const { code, stdout, stderr } = await planOf('update.yml', block.replaceAll(/^ {4}/gm, ''));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('rollout shop to 1.1');
});

test('the TypeScript of docs/scenarios.md is valid', async () => {
  const page = readFileSync(join(checkout, 'docs/scenarios.md'), 'utf8');
  const code = /```ts\n(.*?)```/s.exec(page)?.[1] ?? '';
  const end = await planOf('shop.ts', code);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  expect(end.stdout).toContain('answers name their replica');
});

test.each([
  ['yml', 'yaml'],
  ['ts', 'ts'],
])('the config of docs/config.md is valid, in %s', async (extension, language) => {
  const page = readFileSync(join(checkout, 'docs/config.md'), 'utf8');
  const [, text = ''] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page) ?? [];
  const folder = sampleFolder({ [`hitless.config.${extension}`]: text });
  onTestFinished(() => folder.remove());
  const args = ['verify', '--url', 'http://127.0.0.1:1', '--dry-run', '--', 'true'];
  const { code, stdout, stderr } = await startCli(args, { cwd: folder.path }).end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('max-outage (');
});

test('every link of a page leads somewhere', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/README.md',
    'docs/scenarios.md',
    'docs/attempts.md',
    'docs/tls.md',
    'docs/result.md',
    'docs/verdicts.md',
    'docs/config.md',
    'docs/reporters.md',
    'docs/ci-github.md',
    'docs/ci-gitlab.md',
    'docs/doctor.md',
    'docs/in-cluster.md',
    'docs/with-argo-cd.md',
    'docs/with-flux.md',
    'docs/with-helm.md',
    'docs/with-kubectl.md',
    'docs/bench.md',
    'docs/compare.md',
    'docs/engines.md',
    'docs/k6.md',
    'docs/visitors.md',
    'docs/performance.md',
    'docs/measurements.md',
  ];
  for (const page of pages) {
    const links = readFileSync(join(checkout, page), 'utf8').matchAll(/\]\(([^)#:]+)\)/g);
    for (const [, link = ''] of links)
      expect(() => readFileSync(join(checkout, page, '..', link)), `${page}: ${link}`).not.toThrow(/ENOENT/);
  }
});
