import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { end } from '../cluster/command.ts';
import { exampleOf, writeFiles } from '../cluster/docs/page.ts';
import { checkout, scratch } from '../e2e/run-cli.ts';

/** What the page's loop is to find: its own submission, and two that are like it but for one thing. */
function handIn(files: ReadonlyMap<string, string>, folder: string): void {
  const server = files.get('submissions/anna/server.js') ?? '';
  const manifest = files.get('submissions/anna/k8s/shop.yml') ?? '';
  // Its probe is answered; who visits is not.
  const loses = "process.env.VERSION === '1.1' && response.req.headers['x-hitless-id']";
  const losing = server.replace('response.end', `if (${loses}) return response.destroy();\n  $&`);
  writeFiles(
    new Map([
      ...files,
      ['submissions/ben bold/server.js', losing],
      ['submissions/ben bold/k8s/shop.yml', manifest],
      ['submissions/cleo/server.js', server],
      ['submissions/cleo/k8s/shop.yml', manifest.replace('replicas:', 'replicass:')],
    ]),
    folder,
  );
}

test('docs/homework.md tells who passes', { timeout: 600_000 }, async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  // A machine on which an answer may take its time.
  const { files, scripts } = exampleOf('homework', [
    [/(?<=connection: '(?:fresh|kept)', )/, "resolution: '60s', limits: { connect: '60s', headers: '60s' }, "],
    [/(?<=timeoutSeconds: )5/, '30'],
    [/(?<=GracePeriodSeconds: )15/, '60'],
    [/(?<=process\.exit\(\)\), )1000/, '3000'],
  ]);
  handIn(files, folder);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/hitless'),
    `#!/bin/sh\nexec ${process.execPath} ${join(checkout, 'bin/hitless.js')} "$@"\n`,
  );
  chmodSync(join(folder, 'bin/hitless'), 0o755);

  const env = { PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter), NO_COLOR: '1' };
  const { stdout } = await end(['sh', '-e', '-c', scripts[0] ?? ''], { cwd: folder, env });

  const told = (name: string) => readFileSync(join(folder, 'verdicts', `${name}.txt`), 'utf8');
  expect(stdout, told('anna')).toBe('anna 0\nben bold 1\ncleo 2\n');
  expect(told('anna')).toContain('PASS');
  expect(told('ben bold')).toMatch(/FAIL.*requests did not get/);
  expect(told('cleo')).toMatch(/shop\.yml:6:3: .*replicass/);
  expect(existsSync(join(folder, 'verdicts/ben bold/report.html'))).toBe(true);
  expect(existsSync(join(folder, 'verdicts/cleo'))).toBe(false);
});
