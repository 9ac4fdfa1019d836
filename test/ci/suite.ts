import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * A test suite as CI runs it: `node test/ci/suite.ts FILE SCRIPT [TESTS...]`. What fails in a few files is run once more, those
 * files alone: a test of real time that passes then met a busy machine, is named as such at the end of CI's log, and is
 * to be mended all the same. FILE becomes a Count. Ends with 1 where a test fails twice, or more than a few fail.
 */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, with the first lines that say why. */
  failures: string[];
  /** What failed at first only, likewise. */
  onlyAtFirst: string[];
}

/** More than these are no accident. */
const mostFiles = 3;
const linesOfMessage = 12;

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

const [file = '', script = '', ...only] = process.argv.slice(2);
const first = run(only);
const files = first?.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name) ?? [];
const again = first?.success === false && files.length <= mostFiles ? run(files) : undefined;
const count = counted(first, again);
writeFileSync(file, JSON.stringify(count));
process.exitCode = count.failed === 0 ? 0 : 1;

function run(only: readonly string[]): Report | undefined {
  const output = `${file}.vitest`;
  rmSync(output, { force: true });
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  spawnSync('npm', ['run', '--silent', script, '--', ...options, ...only], { stdio: 'inherit' });
  try {
    return JSON.parse(readFileSync(output, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

function counted(whole: Report | undefined, part: Report | undefined): Count {
  if (whole === undefined)
    return { passed: 0, failed: 1, skipped: 0, failures: [`${script}: no report`], onlyAtFirst: [] };
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = whole;
  const failures = failuresOf(whole);
  // A file that cannot be loaded has no test that failed.
  const failed = whole.success ? 0 : Math.max(numFailedTests, 1);
  if (part?.success !== true)
    return { passed, failed, skipped, failures: part ? failuresOf(part) : failures, onlyAtFirst: [] };
  return { passed: passed + numFailedTests, failed: 0, skipped, failures: [], onlyAtFirst: failures };
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    const place = relative(process.cwd(), name);
    if (failed.length === 0) return status === 'failed' ? [`${place}\n${firstLines(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) => `${place} > ${fullName}\n${firstLines(failureMessages.join('\n'))}`,
    );
  });
}

function firstLines(message: string): string {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, linesOfMessage);
  return lines.map((line) => `    ${line}`).join('\n');
}
