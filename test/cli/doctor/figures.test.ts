import { describe, expect, test } from 'vitest';
import { offsetFinding } from '../../../cli/doctor/clock.ts';
import { inTime, type Question } from '../../../cli/doctor/finding.ts';
import { k6Finding } from '../../../cli/doctor/k6.ts';
import { filesFinding } from '../../../cli/doctor/open-files.ts';
import { proxyFinding } from '../../../cli/doctor/proxy.ts';
import { portsFinding } from '../../../cli/doctor/source-ports.ts';

const url = new URL('http://shop.example.com/');
const question: Question = {
  url,
  way: {},
  choice: {},
  namespace: undefined,
  service: undefined,
  workload: undefined,
  rate: 20,
  needsCluster: false,
};

describe('source ports', () => {
  const linux = { first: 32_768, last: 60_999 };

  test('last at the usual rate', () => {
    expect(portsFinding({ ...linux, timeWait: 27_032 }, 20, url)).toMatchObject({
      status: 'ok',
      message: '28232 (32768 to 60999), 27032 in TIME_WAIT; 20 new connections a second keep up to 1200 for 60 s each',
    });
  });

  test.each([
    ['taken by others', 27_033, 20, 'Send at most 19 a second'],
    ['used up by the rate', 0, 471, 'Send at most 470 a second'],
    ['all gone', 40_000, 1, 'Send at most 0 a second'],
  ])('%s', (_, timeWait, rate, mend) => {
    const finding = portsFinding({ ...linux, timeWait }, rate, url);
    expect(finding).toMatchObject({ status: 'warning', mend: expect.stringContaining(mend) });
  });

  test('do not matter on loopback', () => {
    const there = new URL('http://127.0.0.1:8888');
    expect(portsFinding({ ...linux, timeWait: 28_000 }, 1000, there)).toMatchObject({ status: 'ok' });
  });
});

test.each([
  [1000, 20, 'ok'],
  [999, 20, 'warning'],
  [Number.POSITIVE_INFINITY, 1e6, 'ok'],
])('%d open files at %d a second', (limit, rate, status) => {
  expect(filesFinding(limit, rate)).toMatchObject({ status });
});

describe('the clock', () => {
  test.each([
    ['as ours, as far as whole seconds tell', -400, 620, 'ok'],
    ['a little ahead', 3_000, 4_100, 'ok'],
    ['a minute ahead', 60_000, 61_100, 'warning'],
    ['an hour behind', -3_601_000, -3_600_000, 'warning'],
  ])('%s', (_, least, most, status) => {
    expect(offsetFinding(least, most)).toMatchObject({ status, message: expect.stringContaining(' s of ours') });
  });
});

describe('a proxy', () => {
  test('that no variable names is none', () => {
    expect(proxyFinding({ NO_PROXY: 'localhost', http_proxy: '' }, url)).toMatchObject({ status: 'ok' });
  });

  test.each(['http://ann:s3cret@proxy:3128', 'ann:s3cret@proxy:3128'])(
    'is said to be ignored, without its password: %s',
    (value) => {
      const { status, message } = proxyFinding({ https_proxy: value }, url);
      expect(status).toBe('warning');
      expect(message).toContain('https_proxy=http://***@proxy:3128: hitless ignores it');
      expect(message).not.toMatch(/ann|s3cret/);
    },
  );

  test('that is no URL is not repeated', () => {
    expect(proxyFinding({ HTTP_PROXY: 'http://s3cret:x:y' }, url).message).not.toContain('s3cret');
  });
});

test.each([
  ['v0.57.0', 'warning', /too old/],
  ['v1.0.0', 'ok', /lacks error codes for HTTP\/2/],
  ['v1.8.0', 'ok', /lacks error codes/],
  ['v1.8.1', 'ok', /^v1\.8\.1 \(k6\)$/],
  ['v2.1.9', 'ok', /lacks error codes/],
  ['v2.2.0', 'ok', /^v2\.2\.0 \(k6\)$/],
  ['v3.0.0', 'warning', /newer/],
])('k6 %s', (version, status, words) => {
  expect(k6Finding(version, 'k6')).toMatchObject({ status, message: expect.stringMatching(words) });
});

describe('a look', () => {
  test('that never ends is given up', async () => {
    const signals: AbortSignal[] = [];
    const look = (_: Question, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    };
    const findings = await inTime({ name: 'moon', limitMs: 1, unknown: 'missing', look }, question);
    expect(findings).toEqual([{ name: 'moon', status: 'missing', message: 'nothing was learned within 0.001 s' }]);
    expect(signals[0]?.aborted).toBe(true);
  });

  test('that fails says why', async () => {
    const look = () => Promise.reject(new Error('it is cloudy'));
    expect(await inTime({ name: 'moon', limitMs: 60_000, unknown: 'warning', look }, question)).toEqual([
      { name: 'moon', status: 'warning', message: 'it is cloudy' },
    ]);
  });
});
