import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { sightText } from '../../cli/verify-lanes.ts';
import type { VerifyArguments } from '../../cli/verify-options.ts';
import { verifyFile, verifySource } from '../../cli/verify-scenario.ts';
import { assertResult } from '../../record/result-file.ts';
import { scenarioFrom } from '../../runner/scenario/load.ts';
import { descendantsOf, stillAlive } from '../e2e/run-cli.ts';
import { deploy, startService, verify } from './service.ts';

// Each starts a command line or two, and waits for what happens: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

test('passes a deploy that loses nothing, and takes nothing back: its output is shown and kept, and what was not seen told', async () => {
  const service = await startService();
  const run = verify(service, deploy(service, 'v2'), ['--rollback', 'exit 9']);
  const { code, stdout, result } = await run.judged;
  expect(result.verdict, result.reasons.join('\n')).toBe('pass');
  expect(code).toBe(0);
  assertResult(result);
  expect(stdout).toContain('| deployed v2\n');
  expect(result.rollback).toBeUndefined();
  const step = result.steps.find(({ verb }) => verb === 'run');
  expect(step?.command).toMatchObject({ exitCode: 0, signal: null, timedOut: false, log: 'step-2.log' });
  expect(readFileSync(join(run.out, 'step-2.log'), 'utf8')).toBe('deployed v2\n');
  expect(result.target.notes?.join(' ')).toContain('Nothing was seen of the replicas behind the URL');
  expect(result.traffic.map(({ lane, connection }) => [lane, connection])).toEqual([
    ['fresh', 'fresh'],
    ['kept', 'kept'],
  ]);
  expect(stdout).toMatch(/20 requests a second: .*an outage of 99 ms or longer/i);
});

test('fails a deploy that loses requests, takes it back, and tells what the way back lost', async () => {
  const service = await startService();
  const back = `curl -s '${service.url}/deploy?version=v1'`;
  const flags = ['--rollback', back, '--identity.version', 'header:x-version'];
  const { code, stdout, result } = await verify(service, deploy(service, 'v2', 2), flags).judged;
  expect(code).toBe(1);
  expect(result.verdict).toBe('fail');
  assertResult(result);
  expect(stdout).toContain('| deployed v1\n');
  expect(result.rollback).toMatchObject({
    verdict: 'pass',
    lost: 0,
    restored: true,
    versions: { by: 'answers', before: ['v1'], after: ['v1'] },
  });
  expect(result.rollback?.sent).toBeGreaterThan(0);
  expect(result.reasons.at(-1)).toMatch(/^Rolled back: the way back lost none of \d+ requests; v1 answers again\.$/);
  expect(result.steps.filter(({ rollback }) => rollback).map(({ verb }) => verb)).toEqual(['run', 'hold']);
});

test('tells what the way back lost, and that the old version does not answer', async () => {
  const service = await startService();
  const back = `curl -s '${service.url}/deploy?version=v3&lose=2'`;
  const flags = ['--rollback', back, '--identity.version', 'header:x-version'];
  const { code, result } = await verify(service, deploy(service, 'v2', 2), flags).judged;
  expect(code).toBe(1);
  expect(result.rollback).toMatchObject({
    verdict: 'fail',
    restored: true,
    versions: { before: ['v1'], after: ['v3'] },
  });
  expect(result.rollback?.lost).toBeGreaterThanOrEqual(2);
  expect(result.reasons.at(-1)).toMatch(/lost \d+ of \d+ requests, and none at its end; v3 answers in place of v1/);
});

test('a command that fails is never green, and traffic is told too', async () => {
  const service = await startService();
  const { code, result } = await verify(service, ['sh', '-c', 'echo no right to do that >&2; exit 7']).judged;
  expect(code).toBe(1);
  expect(result.verdict).toBe('fail');
  expect(result.reasons[0]).toContain('ended with 7: no right to do that');
  expect(result.reasons[1]).toMatch(/^All \d+ requests after the first change got a good answer/);
  expect(result.steps.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'pass']);
  expect(result.steps[1]?.command?.exitCode).toBe(7);
});

test('a command that hangs is ended with all that it started', async () => {
  const service = await startService();
  const run = verify(service, ['sh', '-c', 'sleep 1000 & echo begun; sleep 1000'], ['--timeout', '1s']);
  while (!run.printed().includes('| begun')) await new Promise((resolve) => setTimeout(resolve, 20));
  const started = descendantsOf(run.child.pid ?? 0);
  const { code, result } = await run.judged;
  expect(code).toBe(1);
  expect(result.reasons[0]).toContain('was not done within 1 s, and was ended: begun');
  expect(result.steps[1]?.command).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
  expect(stillAlive(started)).toEqual([]);
});

test('a command that is not there is an error before any traffic', async () => {
  const service = await startService();
  const { code, stderr } = await verify(service, ['no-such-tool', 'apply']).end;
  expect(code).toBe(3);
  expect(stderr).toMatch(/^there is no executable no-such-tool\n/);
  expect(service.asked).toEqual([]);
});

test('a service that always fails a little is held to that', async () => {
  const service = await startService();
  let nth = 0;
  service.interfere = (_, response) => {
    if (nth++ % 10 !== 3) return false;
    response.writeHead(503).end();
    return true;
  };
  const { code, result } = await verify(service, deploy(service, 'v2'), ['--baseline', '3s', '--after', '2s']).judged;
  expect(result.traffic.reduce((sum, { failed }) => sum + failed, 0)).toBeGreaterThan(3);
  expect({ code, verdict: result.verdict, reasons: result.reasons }).toMatchObject({
    verdict: expect.not.stringMatching('fail'),
  });
});

test('Ctrl-C is passed on to the command once, and what it had done is left', async () => {
  const service = await startService();
  const tool = `process.on('SIGINT', () => { console.log('cancelled'); setTimeout(() => process.exit(5), 300); });
    console.log('upgrading'); setInterval(() => {}, 1000);`;
  const run = verify(service, ['node', '-e', tool]);
  while (!run.printed().includes('| upgrading')) await new Promise((resolve) => setTimeout(resolve, 20));
  run.child.kill('SIGINT');
  const { code, stdout, result } = await run.judged;
  expect(code).toBe(130);
  expect(result).toMatchObject({ complete: false, verdict: 'inconclusive' });
  expect(stdout).toContain('the command was told to stop and ended with 5\n');
  expect(readFileSync(join(run.out, 'step-2.log'), 'utf8')).toBe('upgrading\ncancelled\n');
  expect(result.steps[1]?.message).toContain('ended with 5');
});

test('a second Ctrl-C does not wait, and does not leave the command behind', async () => {
  const service = await startService();
  const run = verify(service, [
    'node',
    '-e',
    `process.on('SIGINT', () => console.log('later')); console.log('on'); setInterval(() => {}, 1000)`,
  ]);
  while (!run.printed().includes('| on')) await new Promise((resolve) => setTimeout(resolve, 20));
  const started = descendantsOf(run.child.pid ?? 0);
  run.child.kill('SIGINT');
  while (!run.printed().includes('| later')) await new Promise((resolve) => setTimeout(resolve, 20));
  run.child.kill('SIGINT');
  expect((await run.end).code).toBe(130);
  await expect.poll(() => stillAlive(started), { timeout: 20_000 }).toEqual([]);
});

test('a secret goes to the service alone', async () => {
  const service = await startService();
  const token = 's3cr3t-0123456789';
  const flags = [
    '-H',
    'Authorization: env:SHOP_TOKEN',
    '-H',
    'X-Api-Key: also-secret',
    '--method',
    'POST',
    '--data',
    '{"a":1}',
  ];
  const command = ['sh', '-c', 'echo "the token is $SHOP_TOKEN"; exit 1'];
  const run = verify(service, command, [...flags, '--reporter', 'html,json,junit,list'], { SHOP_TOKEN: token });
  const { stdout, stderr, result } = await run.judged;
  const [first] = service.asked.filter(({ method }) => method === 'POST');
  expect(first?.headers).toMatchObject({ authorization: token, 'x-api-key': 'also-secret', 'content-length': '7' });
  expect(stdout + stderr).toContain('| the token is ***');
  expect(result.reasons[0]).toContain('the token is ***');
  const files = readdirSync(run.out, { recursive: true, encoding: 'utf8' }).map((name) => join(run.out, name));
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  for (const text of [...texts, stdout, stderr]) {
    expect(text).not.toContain(token);
    expect(text).not.toContain('also-secret');
  }
  expect(texts.length).toBeGreaterThan(5);
});

const said = {
  url: 'http://127.0.0.1:9/cart?a=1',
  rate: 20,
  method: 'GET',
  baseline: '1s',
  timeout: '1m',
  watch: false,
} as VerifyArguments;

test.each<[Partial<VerifyArguments>, string]>([
  [{ rate: 0 }, '--rate'],
  [{ rate: Number.NaN }, '--rate'],
  [{ baseline: 'soon' }, '--baseline'],
  [{ timeout: '0' }, '--timeout'],
  [{ 'wait-for': 'long', service: 'shop' }, '--wait-for'],
  [{ after: 'a while' }, '--after'],
  [{ method: 'get' }, '--method'],
  [{ path: 'cart' }, '--path'],
  [{ header: ['Host : x', 'Content-Length: 1'] }, '--header'],
  [{ identity: { versoin: 'header:x' } }, '--identity'],
  [{ url: 'ftp://shop' }, '--url'],
  [{ url: 'http://me:secret@shop' }, '--url'],
])('what is wrong is told at its flag: %o', (wrong, flag) => {
  const make = () => scenarioFrom(verifySource({ ...said, ...wrong }, ['true']), verifyFile);
  expect(make).toThrow(expect.objectContaining({ blame: 'usage', location: { file: flag } }));
  expect(make).not.toThrow(/secret/);
});

test.each([
  [['--watch'], ['true'], '--watch: it waits for a rollout that somebody else starts'],
  [['--watch'], [], '--watch: a rollout is seen in the cluster alone'],
  [[], [], 'verify needs a command behind --, or --watch'],
  [['-H', 'no colon'], ['true'], '--header: expected'],
])('wrong use: %s %s', async (flags, command, message) => {
  const { code, stderr } = await verify({ url: 'http://127.0.0.1:9' }, command, flags).end;
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

test('--dry-run shows what it would do, and starts nothing', async () => {
  const words = ['no-such-tool', '-n', '007'];
  const end = await verify({ url: 'http://127.0.0.1:9/cart?a=1' }, words, ['--dry-run']).end;
  expect(end).toMatchObject({ code: 0, stderr: '' });
  expect(end.stdout).toContain('run no-such-tool -n 007');
  expect(end.stdout).toContain('/cart?a=1');
});

test('a rate is told in words', () => {
  expect(sightText(20)).toContain('20 requests a second: 10 on new connections');
  expect(sightText(20)).toContain(
    'An outage of 99 ms or longer meets a new connection with a probability of 99 %, one of 10 ms with 10 %',
  );
  expect(sightText(400)).toContain('An outage of 5 ms or longer');
});
