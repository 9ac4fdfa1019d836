import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { http } from '../targets/url/servers.ts';
import { scratch, startCli } from './run-cli.ts';

const token = 'sentinel-41c7f0b2d9';
const env = { HITLESS_TEST_TOKEN: token };

/** Answers that tell the secret back: as the reason of a failure, as a replica's name, as a version. */
async function talkative(): Promise<{ port: number; got: Set<string | undefined> }> {
  const got = new Set<string | undefined>();
  let asked = 0;
  const port = await http(({ headers }, response) => {
    got.add(headers.authorization);
    const said = String(headers.authorization);
    const type = asked++ % 3 === 0 ? said : 'text/plain';
    response.writeHead(200, { 'x-replica': said, 'x-version': said, 'x-kind': type }).end('ok');
  });
  return { port, got };
}

/** Every file below a folder, with what it holds, as text. */
function filesBelow(folder: string): [name: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]);
}

function expectSecret(folder: string, printed: string): void {
  expect(printed).not.toContain(token);
  const files = filesBelow(folder);
  expect(files.map(([name]) => name).join()).toContain('attempts.arrows');
  for (const [name, text] of files) {
    expect(text.includes(token), name).toBe(false);
    // PNGs and the page's data are packed, so what they are made of is what counts: result.json and the record.
    expect(text.includes(Buffer.from(token).toString('base64').slice(0, 20)), name).toBe(false);
  }
}

function scenario(folder: string, port: number): string {
  const file = join(folder, 'secret.yml');
  const expectation = 'expect: { headers: { x-kind: text/plain } }';
  const lane = `{ name: visitors, rate: 40, resolution: 60s, request: { headers: { authorization: "Bearer env:HITLESS_TEST_TOKEN" } }, ${expectation} }`;
  const identity = '{ replica: header:x-replica, version: header:x-version }';
  const steps = '[{ hold: 500ms }, { run: { command: [sh, -c, "echo told $HITLESS_TEST_TOKEN"] } }]';
  writeFileSync(
    file,
    `name: secret\napp: { url: "http://127.0.0.1:${port}" }\nidentity: ${identity}\nlanes: [${lane}]\nsteps: ${steps}\n`,
  );
  return file;
}

test('a header from the environment reaches the app, and is in no file and no line of a run', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const { port, got } = await talkative();
  const out = join(folder, 'run');
  const file = scenario(folder, port);
  const reporters = 'list,html,json,junit';
  const { stdout, stderr } = await startCli(['run', file, '--out', out, '--reporter', reporters], { env }).end;
  expect([...got]).toContain(`Bearer ${token}`);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  expect(result.failures[0].detail).toBe('header x-kind is Bearer ***');
  expect(result.replicas[0].name).toBe('Bearer ***');
  expectSecret(out, stdout + stderr);
});

test('it is in no plan, and in no message where it cannot be sent', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = scenario(folder, 9);
  const plan = await startCli(['run', file, '--dry-run'], { env }).end;
  expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('visitors') });
  const broken = await startCli(['run', file, '--dry-run'], { env: { HITLESS_TEST_TOKEN: `${token}\nx` } }).end;
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('HITLESS_TEST_TOKEN holds a line break') });
  for (const { stdout, stderr } of [plan, broken]) expect(stdout + stderr).not.toContain(token);
});

test('verify -H takes it too, keeps its name alone, and gives it to no command', async () => {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const { port, got } = await talkative();
  const out = join(folder, 'run');
  // Every command line on this machine that can be read, while the run goes on.
  const look = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; echo; echo looked';
  const header = ['-H', 'Authorization: Bearer env:HITLESS_TEST_TOKEN'];
  const times = ['--baseline', '500ms', '--after', '500ms', '--resolution', '60s'];
  const args = ['verify', '--url', `http://127.0.0.1:${port}/`, ...header, ...times, '--out', out];
  const { stdout, stderr } = await startCli([...args, '--', 'sh', '-c', look], { env }).end;
  expect([...got]).toContain(`Bearer ${token}`);
  expect(readFileSync(join(out, 'scenario.json'), 'utf8')).toContain('Bearer env:HITLESS_TEST_TOKEN');
  const commands = filesBelow(out).filter(([name]) => name.endsWith('.log'));
  expect(commands.map(([, text]) => text).join()).toContain('looked');
  // Secrets are left out of what a command prints: had one been on a command line, these would stand there.
  expect(commands.map(([, text]) => text).join()).not.toContain('***');
  expectSecret(out, stdout + stderr);
});
