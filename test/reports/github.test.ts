import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { annotations, github, Step, workflowCommand } from '../../reports/github.ts';
import { screenOn } from '../../reports/screen.ts';
import { fixtures } from './fixtures.ts';
import { commandsIn, outputsIn } from './github-runner.ts';

const info = { scenario: { name: 'a', file: 'a.yml', seed: 1 }, target: 'local', folder: '.', steps: [] };

/** What a runner is told by runs that are made in one step. */
async function step(...results: Result[]) {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-github-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const environment = {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_OUTPUT: join(folder, 'output'),
  };
  for (const file of ['summary', 'output']) writeFileSync(join(folder, file), '');
  let printed = '';
  const screen = screenOn({ write: (text: string) => (printed += text) }, {});
  const shared = github(screen, environment, new Step());
  for (const result of results) {
    shared.onStart?.(info);
    await shared.onEnd(result, folder);
  }
  return {
    folder,
    printed,
    commands: commandsIn(printed),
    summary: readFileSync(join(folder, 'summary'), 'utf8'),
    outputs: outputsIn(readFileSync(join(folder, 'output'), 'utf8')),
  };
}

test('a failure is one error with its reasons, a summary, and outputs', async () => {
  const { commands, summary, outputs, folder } = await step(fixtures.failing());
  const [error] = commands.filter(({ name }) => name === 'error');
  expect(error?.properties.title).toBe('hitless: rolling-update-as-printed: fail');
  expect(error?.text.split('\n')[0]).toBe('220 of 8000 requests failed (zero-failed)');
  expect(summary).toContain('### ❌ FAIL: rolling-update-as-printed');
  expect(outputs).toMatchObject({ verdict: 'fail', report: folder });
  expect(Number(outputs.failed)).toBe(220);
});

test('a pass is no annotation but of what warns', () => {
  const result = fixtures.healthy();
  result.checks = result.checks.filter(({ verdict }) => verdict !== 'warn');
  expect(annotations(result, '.', {})).toEqual([]);
  result.notJudged = [{ check: 'zero-failed', level: 'off', by: '--check.zero-failed' }];
  expect(annotations(result, '.', {})).toMatchObject([
    { level: 'warning', line: expect.stringContaining('zero-failed is off') },
  ]);
});

test.each([
  ['fail', 'error'],
  ['warn', 'warning'],
  ['pass', 'notice'],
  ['retry', 'notice'],
  ['nothing', 'error'],
] as const)('inconclusive that counts as %s is told as %s', (done, level) => {
  const onInconclusive = { asked: done, done, try: 1, tries: 2, message: 'It was asked for.' };
  const result: Result = { ...fixtures.inconclusive(), onInconclusive, toConclude: ['lower the rate'] };
  const [first] = annotations(result, '.', {});
  expect(first?.level).toBe(level);
  expect(first?.line).toContain('To find out: lower the rate.%0AIt was asked for.');
});

test('what a runner would take for a command, a property or a line is escaped', () => {
  const line = workflowCommand('error', { title: 'a:b,c%d\ne' }, '100%\r\n::set-output name=verdict::pass');
  expect(line).toBe('::error title=a%3Ab%2Cc%25d%0Ae::100%25%0D%0A::set-output name=verdict::pass');
  expect(commandsIn(`${line}\n`)).toEqual([
    { name: 'error', properties: { title: 'a:b,c%d\ne' }, text: '100%\r\n::set-output name=verdict::pass' },
  ]);
});

test.each(Object.entries(fixtures))('%s: each command is ours, one a line', async (_name, make) => {
  const { commands, printed, outputs } = await step(make());
  for (const { name } of commands) expect(['error', 'warning', 'notice']).toContain(name);
  expect(printed.endsWith('\n')).toBe(true);
  expect(Object.keys(outputs)).toEqual(['verdict', 'failed', 'report']);
});

test('what is printed while a run goes on is no command', async () => {
  const screenText: string[] = [];
  const reporter = github(screenOn({ write: (text: string) => screenText.push(text) }, {}), {});
  reporter.onStart?.(info);
  screenText.push('::set-output name=verdict::pass\n', '  ::add-mask::e\n');
  await reporter.onEnd(fixtures.healthy(), '.');
  screenText.push('::debug::after\n');
  expect(commandsIn(screenText.join('')).map(({ name }) => name)).not.toContain('set-output');
  expect(commandsIn(screenText.join('')).map(({ name }) => name)).toContain('debug');
});

test('many runs of one step stay within what a runner shows, and the worst verdict is its output', async () => {
  const results = Array.from({ length: 30 }, () => fixtures.failing());
  const { commands, outputs } = await step(...results, fixtures.healthy());
  expect(commands.filter(({ name }) => name === 'error').length).toBeLessThanOrEqual(10);
  expect(commands.filter(({ name }) => name === 'warning').length).toBeLessThanOrEqual(10);
  expect(outputs.verdict).toBe('fail');
  expect(Number(outputs.failed)).toBe(30 * 220);
});

test('a try that another one follows is no output of the step', async () => {
  const onInconclusive = { asked: 'retry:1', done: 'retry' as const, try: 1, tries: 2, message: 'Again.' };
  const { outputs } = await step({ ...fixtures.inconclusive(), onInconclusive }, fixtures.healthy());
  expect(outputs.verdict).toBe('pass');
});

test('a summary that would be too long with what is there is left out whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hitless-github-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const GITHUB_STEP_SUMMARY = join(folder, 'summary');
  writeFileSync(GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 - 10));
  let printed = '';
  await github(screenOn({ write: (text: string) => (printed += text) }, {}), { GITHUB_STEP_SUMMARY }).onEnd(
    fixtures.failing(),
    folder,
  );
  expect(readFileSync(GITHUB_STEP_SUMMARY, 'utf8')).toHaveLength(1024 * 1024 - 10);
  expect(printed).toContain('The summary of this step is full');
});

test('an annotation stands at the scenario where it is a file of the workspace', () => {
  const result = { ...fixtures.failing(), config: 'hitless.config.yml' };
  result.scenario.file = 'deploy/shop.yml';
  const at = (root: string) => annotations(result, '.hitless/run', { GITHUB_WORKSPACE: root })[0]?.line;
  expect(at(process.cwd())).toContain('file=deploy/shop.yml');
  expect(at(join(process.cwd(), '..'))).toContain('/deploy/shop.yml,title=');
  expect(at(join(process.cwd(), 'other'))).not.toContain('file=');
});
