import { expect, test } from 'vitest';
import { resultJsonSchema } from '../../record/result-file.ts';
import { startCli } from '../e2e/run-cli.ts';

const commands = [[], ['run'], ['list'], ['report'], ['schema'], ['clean']];

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

test('an old Node is told so, and nothing else', async () => {
  const pretend = 'data:text/javascript,Object.defineProperty(process,`versions`,{value:{node:`20.19.0`}})';
  const end = await startCli(['run', 'rolling-update'], { env: { NODE_OPTIONS: `--import=${pretend}` } }).end;
  expect(end.stderr).toMatch(/^hitless needs Node 22\.19 or newer, .*\n$/);
  expect(end).toMatchObject({ code: 2, stdout: '' });
});
