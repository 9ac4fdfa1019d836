import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { scratch, startCli } from '../e2e/run-cli.ts';

vi.setConfig({ testTimeout: 60_000 });

function emptyFolder(): string {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  return folder;
}

/** What a verify says of flags that cannot be; its command leaves a file, which tells whether it was begun. */
async function refused(flags: readonly string[], files: Record<string, string> = {}) {
  const cwd = emptyFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  const url = flags.includes('--url') ? [] : ['--url', 'http://127.0.0.1:9'];
  const { code, stdout, stderr } = await startCli(['verify', ...url, ...flags, '--', 'touch', 'begun'], { cwd }).end;
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(existsSync(join(cwd, 'begun')) || existsSync(join(cwd, '.hitless'))).toBe(false);
  return stderr.split('\n')[0];
}

test('a URL where nobody listens is told at its flag, and in a scenario at its field', async () => {
  const cwd = emptyFolder();
  const url = 'http://127.0.0.1:9';
  writeFileSync(
    join(cwd, 'a.yml'),
    `name: a\napp: { url: '${url}' }\nlanes: [{ name: a, rate: 1 }]\nsteps: [{ hold: 1s }]\n`,
  );
  const told = 'nobody listens at 127.0.0.1:9 (127.0.0.1: ECONNREFUSED)';
  const first = async (...args: string[]) => {
    const { code, stderr } = await startCli(args, { cwd }).end;
    return [code, stderr.split('\n')[0]];
  };
  expect(await first('verify', '--url', url, '--', 'true')).toEqual([3, `--url: ${told}`]);
  expect(await first('run', 'a.yml')).toEqual([3, `app.url: ${told}`]);
  expect(await first('bench', url)).toEqual([3, told]);
});

describe('an empty value is told at its flag: a variable of a script was not set', () => {
  test.each(['service', 'workload', 'namespace', 'url', 'rate', 'rollback', 'access-log', 'cacert', 'out'])(
    '--%s',
    async (flag) => {
      expect(await refused([`--${flag}`, ''])).toBe(`--${flag}: expected a value, got an empty one`);
    },
  );
});

describe('a file that cannot be read is told at its flag before anything begins', () => {
  test.each([
    [['--access-log', 'proxy.log'], /^--access-log: there is no file ".*proxy\.log"; did you mean "proxy2\.log"\?$/],
    [['--access-log', '.'], /^--access-log: there is no file ".*", it is a folder$/],
    [['--data', '@body'], /^--data: body cannot be read \(ENOENT\)$/],
    [['--cacert', 'ca.pem', '--url', 'https://127.0.0.1:9'], /^--cacert: there is no file ".*ca\.pem"$/],
    [['--cert', 'me.pem', '--url', 'https://127.0.0.1:9'], /^--cert: there is no file ".*me\.pem"$/],
  ])('%j', async (flags, line) => {
    expect(await refused(flags, { 'proxy2.log': '' })).toMatch(line);
    expect(await refused([...flags, '--dry-run'], { 'proxy2.log': '' })).toMatch(line);
  });

  // Whoever is root may read every file but this one, which has nothing where it begins.
  test.skipIf(process.platform !== 'linux')('one that is there', async () => {
    expect(await refused(['--access-log', '/proc/self/mem'])).toBe(
      '--access-log: "/proc/self/mem" cannot be read (EIO)',
    );
  });
});
