import { describe, expect, test } from 'vitest';
import { errorText } from '../../cli/error-screen.ts';
import { exitCodeOf, exitCodeOfError, worstExitCode } from '../../cli/exit-code.ts';
import { HitlessError } from '../../record/error.ts';

const expecting = (verdict: 'pass' | 'fail', met: boolean) => ({ verdict, causes: [], met });

describe('the exit code', () => {
  test.each([
    ['pass', null, 0],
    ['fail', null, 1],
    ['error', null, 3],
    ['inconclusive', null, 4],
    ['fail', expecting('fail', true), 0],
    ['fail', expecting('fail', false), 1],
    ['pass', expecting('fail', false), 1],
    ['inconclusive', expecting('fail', false), 4],
    ['error', expecting('fail', false), 3],
  ] as const)('of %s, expecting %j, is %d', (verdict, expectation, code) => {
    const given = expectation === null ? null : { ...expectation, causes: [] };
    expect(exitCodeOf({ verdict, expectation: given })).toBe(code);
  });

  test.each([
    [[0, 0], 0],
    [[0, 4], 4],
    [[4, 1], 1],
    [[1, 3, 0], 3],
    [[3, 130], 130],
    [[], 0],
  ] as const)('of several runs %j is the worst, %d', (codes, worst) => {
    expect(worstExitCode([...codes])).toBe(worst);
  });

  test.each([
    ['usage', 2],
    ['environment', 3],
    ['app', 1],
  ] as const)('of what %s is to blame for is %d', (blame, code) => {
    expect(exitCodeOfError(new HitlessError('HITLESS_X', 'x', { blame }))).toBe(code);
  });
});

describe('an error', () => {
  test('is a line with its place and a hint, and nothing in it moves the cursor', () => {
    const error = new HitlessError('HITLESS_X', 'bad \u001b[31mname\u001b[0m\nand\u0007 \u202e more', {
      blame: 'usage',
      location: { file: 'a.yml', line: 3, column: 5 },
      hint: 'mend it',
    });
    expect(errorText(error)).toBe('a.yml:3:5: bad name and? ? more\n  mend it\n');
  });

  test('of ours is said to be ours', () => {
    expect(errorText(new TypeError('x is not a function'))).toMatch(
      /^hitless failed: x is not a function\n {2}This is a fault of hitless/,
    );
  });
});
