import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BenchResult, writeBench } from '../../record/bench-result.ts';
import { writeResult } from '../../record/result-file.ts';
import { benchOf } from '../bench/effect/benches.ts';
import { startCli } from '../e2e/run-cli.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';
import { fixtures } from '../reports/fixtures.ts';

function keep(parent: string, name: string, bench: BenchResult): string {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeBench(join(folder, 'bench.json'), bench);
  return folder;
}

const rates = [1000, 1004, 998, 1002, 996];

test('compare says by its exit code what became of a kept bench', async () => {
  const folder = temporaryFolder();
  const before = keep(folder, 'before', benchOf({ rates }));
  const slower = keep(folder, 'slower', benchOf({ rates: rates.map((rate) => rate * 0.9) }));
  const elsewhere = keep(folder, 'elsewhere', benchOf({ rates, environment: { cpu: 'another' } }));
  const compared = (after: string, ...options: string[]) => startCli(['compare', before, after, ...options]).end;
  const [same, worse, within, unlike] = await Promise.all([
    compared(before),
    compared(slower),
    compared(slower, '--tolerance', '20%', '--format', 'json'),
    compared(elsewhere, '--format', 'markdown'),
  ]);
  expect(same).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/✓ SAME/) });
  expect(worse).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/rate, closed-10 .*-10 %[\s\S]*✗ WORSE\n {2}rate of closed-10: 10 % lower/),
  });
  expect(within.code).toBe(0);
  expect(JSON.parse(within.stdout)).toMatchObject({ verdict: 'same', tolerance: 0.2 });
  expect(unlike).toMatchObject({
    code: 4,
    stdout: expect.stringMatching(/Cannot tell\n\n- The runs were not made alike: cpu: some CPU and another\./),
  });
});

test('two benches of a scenario are compared as the runs that they are', async () => {
  const parent = temporaryFolder();
  const scenario = { ...benchOf({ rates }), kind: 'scenario', target: { scenario: 'x' } } as const;
  const folders = ['before', 'after'].map((name) => keep(parent, name, scenario));
  for (const folder of folders) writeResult(join(folder, 'result.json'), fixtures.healthy());
  const { code, stdout } = await startCli(['compare', ...folders]).end;
  expect(stdout).toMatch(/✓ SAME\n {2}The baseline's verdict is pass/);
  expect(code).toBe(0);
});

test('trend shows a folder over time, and writes a page that has it all', async () => {
  const folder = temporaryFolder();
  for (let day = 1; day <= 14; day++) {
    const rate = day < 8 ? 1000 + day : 800 + day;
    const startedAt = new Date(Date.UTC(2026, 10, day)).toISOString();
    keep(folder, `run-${String(day).padStart(2, '0')}`, benchOf({ rates: [rate, rate + 2], startedAt }));
  }
  mkdirSync(join(folder, 'a-run'));
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken', 'bench.json'), '{}');
  const page = join(folder, 'trend.html');
  const { code, stdout, stderr } = await startCli(['trend', folder, '--html', page]).end;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // Its lines are as wide as the terminal.
  const text = stdout.replace(/\s+/g, ' ');
  expect(text).toMatch(/rate fell by 19 % at run-08 \(2026-11-08 00:00\): from 1,005\/s to 812\/s/);
  expect(text).toMatch(/Left out: broken, this is no hitless\/bench@1/);
  expect(readFileSync(page, 'utf8')).toMatch(/<h1>14 runs<\/h1>/);
});

test.each<[string, string[], RegExp]>([
  ['no folder at all', ['compare', 'nowhere', 'nowhere'], /nowhere: there is neither a bench\.json nor a result\.json/],
  ['one of two', ['compare', 'nowhere'], /compare needs two folders of benches or runs/],
  [
    'a tolerance that is none',
    ['compare', 'a', 'b', '--tolerance', '0.02'],
    /--tolerance: expected a share such as 2%/,
  ],
  [
    'a folder that is not there',
    ['trend', 'nowhere'],
    /nowhere: there is no such folder\n {2}hitless bench URL leaves one/,
  ],
  ['a folder without benches', ['trend', '.'], /no folder in it holds a bench\.json/],
  [
    'two loads',
    ['bench', 'http://127.0.0.1:9/', '--against', 'http://127.0.0.1:9/', '--rates', '1,2'],
    /--rates and --against: /,
  ],
  [
    'no time',
    ['bench', 'http://127.0.0.1:9/', '--against', 'http://127.0.0.1:9/', '-d', '2s'],
    /--duration: two targets in turn need 10s/,
  ],
  [
    'no measure',
    ['bench', 'http://127.0.0.1:9/', '--against', 'http://127.0.0.1:9/', '--decide', 'speed'],
    /--decide: expected some of rate, cpu/,
  ],
  [
    'no process',
    ['bench', 'http://127.0.0.1:9/', '--against', 'http://127.0.0.1:9/', '--server-pid', '0'],
    /--server-pid: there is no process 0/,
  ],
  [
    'a scenario before it',
    ['bench', 'rolling-update', '--against', 'http://127.0.0.1:9/'],
    /--against: it is for a URL/,
  ],
  ['no URL behind it', ['bench', 'http://127.0.0.1:9/', '--against', 'ftp://x'], /^--against: /m],
])('is told of %s', async (_, args, message) => {
  const { code, stderr } = await startCli(args, { cwd: temporaryFolder() }).end;
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
