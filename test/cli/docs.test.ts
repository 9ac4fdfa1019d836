import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { end } from '../cluster/command.ts';
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

/** What a heading is called in a link, as GitHub makes it. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(join(checkout, page), 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every link of a page leads somewhere', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: checkout })];
  expect(pages.length).toBeGreaterThan(60);
  for (const page of pages) {
    const links = readFileSync(join(checkout, page), 'utf8').matchAll(/\]\(([^)#:\s]*)(?:#([^)\s]+))?\)/g);
    for (const [, link = '', anchor] of links) {
      const place = link === '' ? page : join(page, '..', link);
      expect(existsSync(join(checkout, place)), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(place), `${page}: ${link}#${anchor}`).toContain(anchor);
    }
  }
});

test('the TypeScript of the pages has the types that it needs', { timeout: 180_000 }, async () => {
  const folder = sampleFolder();
  onTestFinished(() => folder.remove());
  let blocks = 0;
  for (const page of globSync('docs/**/*.md', { cwd: checkout }))
    for (const [, code = ''] of readFileSync(join(checkout, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms))
      writeFileSync(join(folder.path, `block-${++blocks}.ts`), code);
  expect(blocks).toBeGreaterThan(3);
  copyFileSync(join(checkout, 'scenarios/k6/hitless.ts'), join(folder.path, 'hitless.ts'));
  symlinkSync(join(checkout, 'node_modules'), join(folder.path, 'node_modules'));
  writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }');
  const config = {
    extends: join(checkout, 'tsconfig.json'),
    compilerOptions: { paths: { hitless: [join(checkout, 'index.ts')] } },
    include: ['*.ts'],
  };
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc');
  const { code, stdout } = await end([process.execPath, tsc, '-p', folder.path]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});
