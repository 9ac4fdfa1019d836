import { expect, test } from 'vitest';
import { k6Arguments, k6Environment } from '../../../runner/engines/k6/command.ts';
import { findK6, numbersOf } from '../../../runner/engines/k6/version.ts';
import { useBinary, useFile } from './run-k6.ts';

const telling = (version: string) => `echo '{"version":"${version}","go_version":"go1.26"}'`;

test.each([
  ['v1.0.0', 1, 0],
  ['v1.8.1', 1, 8],
  ['v2.2.0', 2, 2],
  ['v2.3.0-rc1', 2, 3],
])('%s is taken', async (version, major, minor) => {
  useBinary(telling(version));
  expect(await findK6()).toMatchObject({ version, major });
  expect(numbersOf(version)).toEqual({ major, minor });
});

test('what is missing, too old or no k6 is refused in clear words', async () => {
  useFile('/nowhere/k6');
  await expect(findK6()).rejects.toMatchObject({
    code: 'HITLESS_K6_MISSING',
    message: expect.stringContaining('K6=/nowhere/k6'),
  });
  useBinary(telling('v0.57.0'));
  await expect(findK6()).rejects.toMatchObject({
    code: 'HITLESS_K6_TOO_OLD',
    message: expect.stringContaining('v0.57.0'),
  });
  useBinary('echo "unknown command"; exit 1');
  await expect(findK6()).rejects.toMatchObject({ code: 'HITLESS_K6_UNKNOWN' });
  useBinary(`echo '{"version":"v9 <b>"}'`);
  await expect(findK6()).rejects.toMatchObject({ code: 'HITLESS_K6_UNKNOWN' });
});

test('nothing of the surroundings configures k6', () => {
  const before = { ...process.env };
  Object.assign(process.env, { K6_VUS: '1000', K6_OUT: 'cloud', HTTPS_PROXY: 'http://proxy', SHOP_TOKEN: 'abc' });
  try {
    const env = k6Environment({ major: 1 }, { PAGE: '/a' }, { HITLESS_URL: 'http://127.0.0.1:1' });
    expect(Object.keys(env).filter((name) => name.startsWith('K6'))).toEqual([
      'K6_NO_USAGE_REPORT',
      'K6_AUTO_EXTENSION_RESOLUTION',
      'K6_BINARY_PROVISIONING',
    ]);
    expect(env).toMatchObject({ PAGE: '/a', SHOP_TOKEN: 'abc', HITLESS_URL: 'http://127.0.0.1:1' });
    expect(env.HTTPS_PROXY).toBeUndefined();
    expect(k6Environment({ major: 2 }, {}, {}).K6_BINARY_PROVISIONING).toBeUndefined();
  } finally {
    process.env = before;
  }
});

test('the arguments are those that k6 1.0 and 2.x both take', () => {
  const order = { script: '/s.ts', config: '/c', lines: '/l', summary: '/x', fresh: true, insecure: false };
  const args = k6Arguments(order);
  expect(args.join(' ')).toBe(
    'run --quiet --no-color --no-usage-report --config /c --address  --log-format json --out json=/l --summary-mode compact --summary-export /x ' +
      '--system-tags proto,status,method,url,name,group,check,error,error_code,tls_version,scenario,service,expected_response,ip,vu,iter ' +
      '--no-connection-reuse /s.ts',
  );
});
