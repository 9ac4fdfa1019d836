import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BenchArguments } from '../../cli/bench-options.ts';
import { benchPlan } from '../../cli/bench-plan.ts';
import { errorText } from '../../cli/error-screen.ts';
import { refuseUnusable } from '../../cli/usable-url.ts';
import { refuseNoNumber } from '../../cli/usage-error.ts';
import type { VerifyArguments } from '../../cli/verify-options.ts';
import { verifyFile, verifySource } from '../../cli/verify-scenario.ts';
import { scenarioFrom } from '../../runner/scenario/load.ts';
import { withOverrides } from '../../runner/scenario/overrides.ts';
import { readSource } from '../../runner/scenario/source.ts';
import { goodScenario, sampleFolder } from '../scenario/sample.ts';
import { benchArguments } from './bench-arguments.ts';

const notThere = join(import.meta.dirname, 'nowhere.pem');
const duration = 'expected a duration above zero such as 500ms, 2s or 1m (999m at most)';

/** What a user would see. */
function told(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return errorText(error);
  }
  throw new Error('nothing was told');
}

describe('what is wrong with a flag of bench is told at the flag alone', () => {
  const nothing = benchArguments('http://127.0.0.1:9/');

  test.each<[Partial<BenchArguments>, string]>([
    [{ timeout: '5' }, `--timeout: ${duration}, got "5"`],
    [{ method: 'G T' }, '--method: expected an HTTP method in capitals, got "G T"'],
    [{ status: '999' }, '--status: expected a whole number from 200 to 599, got 999'],
    [{ seed: 'x' }, '--seed: expected a whole number, got "x"'],
    [{ engine: 'wrk' }, '--engine: expected "builtin" or "autocannon" or "k6", got "wrk"'],
    [{ resolve: ['a'] }, '--resolve: expected host:port:address, such as shop.example.com:443:10.0.0.7, got "a"'],
    [{ insecure: true }, '--insecure: only where URL begins with https://'],
    [{ what: 'https://127.0.0.1:9/', cacert: notThere }, `--cacert: there is no file "${notThere}"`],
    [
      { header: ['a b: secret'] },
      "--header: expected 'NAME: VALUE', with letters, digits and !#$%&'*+-.^_`|~ in the name alone",
    ],
    [{ rate: -1 }, '--rate: expected a number above 0, and 1000000 at most, got -1'],
    [{ rates: '5,x' }, '--rates: expected a number above 0, and 1000000 at most, got x'],
    [{ what: 'nonsense' }, 'URL: expected http://host:port/base, and this is no URL, got "nonsense"'],
  ])('%j', (args, text) => {
    expect(told(() => benchPlan({ ...nothing, ...args }))).toBe(`${text}\n`);
  });
});

describe('and with one of verify', () => {
  const nothing = {
    url: 'http://127.0.0.1:9/',
    rate: 20,
    baseline: '10s',
    timeout: '10m',
    watch: false,
  } as unknown as VerifyArguments;

  test.each<[Partial<VerifyArguments>, string]>([
    [{ path: 'x' }, '--path: expected a path that starts with /, without spaces, got "x"'],
    [{ method: 'G T' }, '--method: expected an HTTP method in capitals, got "G T"'],
    [{ status: '200,999' }, '--status: expected a whole number from 200 to 599, got 999'],
    [{ resolution: '0s' }, `--resolution: ${duration}, got "0s"`],
    [{ baseline: 'x' }, '--baseline: expected a duration such as 500ms, 2s or 1m (999m at most), got "x"'],
    [{ timeout: '0s', rollback: 'true' }, `--timeout: ${duration}, got "0s"`],
    [
      { 'wait-for': 'x' },
      '--wait-for: expected a duration such as 10s: how long a rollout of somebody else may take to begin, got "x"',
    ],
    [{ identity: { version: 'x' } }, '--identity.version: expected body:/json/pointer or header:name, got "x"'],
    [{ identity: { vers: 'header:x' } }, '--identity: unknown field "vers"; did you mean "version"?'],
    [{ insecure: true }, '--insecure: only where --url begins with https://'],
    [{ seed: -1 }, '--seed: expected a whole number from 0 to 4294967295, got -1'],
  ])('%j', (args, text) => {
    expect(told(() => scenarioFrom(verifySource({ ...nothing, ...args }, ['true']), verifyFile))).toBe(`${text}\n`);
  });
});

test('what run sets in a file is told at the flag, and the rest at its place in the file', async () => {
  const folder = sampleFolder({ 'a.yml': goodScenario });
  try {
    const source = await readSource(join(folder.path, 'a.yml'));
    const overrides = [
      { flag: '--lane.visitors.rate', path: ['lane', 'visitors', 'rate'], value: -1 },
      { flag: '--lane.visitors.nope', path: ['lane', 'visitors', 'nope'], value: 5 },
    ];
    const text = told(() => scenarioFrom(withOverrides(source, overrides), join(folder.path, 'a.yml')));
    expect(text.trimEnd().split('\n').sort()).toEqual([
      '--lane.visitors.nope: unknown field "nope"',
      '--lane.visitors.rate: expected a number above 0, got -1',
    ]);
  } finally {
    folder.remove();
  }
});

test.each([
  [['--rate', 'fast'], { rate: Number.NaN }, '--rate: expected a number, got "fast"'],
  [['--rate=fast'], { rate: Number.NaN }, '--rate: expected a number, got "fast"'],
  [['-c', 'x'], { connections: Number.NaN, c: Number.NaN }, '--connections: expected a number, got "x"'],
])('%j is no number, and what was typed is told', (args, given, text) => {
  expect(told(() => refuseNoNumber(given, args))).toBe(`${text}\n`);
  expect(refuseNoNumber({ rate: 5 }, ['--rate', '5'])).toBe(true);
});

test('a password in a URL that cannot be used is not repeated', () => {
  expect(told(() => refuseUnusable('ftp://me:secret@x/', '--url'))).not.toContain('secret');
});
