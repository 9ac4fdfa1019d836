import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resultJsonSchema } from '../../record/result-file.ts';
import { startCli } from '../e2e/run-cli.ts';
import { goodScenario, sampleFolder } from '../scenario/sample.ts';

const commands = [
  [],
  ['run'],
  ['verify'],
  ['bench'],
  ['compare'],
  ['trend'],
  ['list'],
  ['report'],
  ['schema'],
  ['doctor'],
  ['clean'],
];

test.each(commands)('hitless %s --help', async (...command) => {
  const { code, stdout, stderr } = await startCli([...command, '--help']).end;
  expect(stdout).toMatchSnapshot();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('--version is the version alone', async () => {
  expect(await startCli(['--version']).end).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

test('list names what ships, and the checks and targets', async () => {
  const { code, stdout } = await startCli(['list']).end;
  for (const name of ['rolling-update', 'self-healing', 'zero-failed', 'max-outage', 'local'])
    expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  expect(code).toBe(0);
});

test('schema prints JSON Schemas', async () => {
  const [scenario, result] = await Promise.all([startCli(['schema']).end, startCli(['schema', 'result']).end]);
  expect(JSON.parse(scenario.stdout)).toMatchObject({
    title: 'A hitless scenario',
    required: ['name', 'app', 'lanes', 'steps'],
  });
  expect(JSON.parse(result.stdout)).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
});

test('--dry-run shows the plan of a scenario that ships', async () => {
  const { code, stdout } = await startCli(['run', 'rolling-update', '--dry-run', '--seed', '1']).end;
  expect(stdout).toMatchSnapshot();
  expect(code).toBe(0);
});

describe('a dry run judges what traffic would meet', () => {
  const planOf = async (from: string, to: string) => {
    const folder = sampleFolder({ 'a.yml': goodScenario });
    onTestFinished(() => folder.remove());
    const file = join(folder.path, 'shop.yml');
    const manifest = readFileSync(file, 'utf8');
    expect(manifest).toContain(from);
    writeFileSync(file, manifest.replace(from, to));
    return startCli(['run', 'a.yml', '--dry-run'], { cwd: folder.path }).end;
  };

  test('the Service that it goes to, and how long replicas may take to end', async () => {
    const { stdout } = await planOf('spec: { containers:', 'spec: { terminationGracePeriodSeconds: 100, containers:');
    expect(stdout).toContain('traffic goes to shop-front, port 8080\n');
    expect(stdout).not.toContain('WARNING');
    const [, usual, most] =
      /lanes, for about (\d+) s \((\d+) s where replicas use all of their grace\)/.exec(stdout) ?? [];
    expect(Number(most) - Number(usual)).toBe(99);
  });

  test('a selector that matches nothing', async () => {
    const { code, stdout } = await planOf('selector: { app: shop } }\n', 'selector: { app: shops } }\n');
    expect(stdout).toContain('WARNING: the selector of shop-front matches no pod of any Deployment');
    expect(stdout).toMatch(/note: .*shop\.yml:\d+:\d+: Service shop-front: its selector matches no pod/);
    expect(code).toBe(0);
  });
});

test('an old Node is told so, and nothing else', async () => {
  const pretend = 'data:text/javascript,Object.defineProperty(process,`versions`,{value:{node:`20.19.0`}})';
  const end = await startCli(['run', 'rolling-update'], { env: { NODE_OPTIONS: `--import=${pretend}` } }).end;
  expect(end.stderr).toMatch(/^hitless needs Node 22\.19 or newer, .*\n$/);
  expect(end).toMatchObject({ code: 2, stdout: '' });
});
