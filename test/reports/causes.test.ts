import { expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { formatMarkdown } from '../../reports/markdown.ts';
import { screenOn } from '../../reports/screen.ts';
import { summary } from '../../reports/terminal/summary.ts';
import { fixtures } from './fixtures.ts';

const patch = 'spec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 12\n';
const cause: Result['causes'][number] = {
  id: 'grace-too-short',
  failures: 20,
  replicas: ['pod-1'],
  steps: ['rollout'],
  evidence: ['1 replica (pod-1) was killed.'],
  excluded: ['Out of memory: no exit says so.'],
  fix: { summary: 'Raise terminationGracePeriodSeconds.', patch },
};
const failing = (...causes: Result['causes']): Result => ({ ...fixtures.failing(), causes, unexplained: 200 });
const terminal = (result: Result) =>
  summary(result, 'x', screenOn({ isTTY: false, columns: 100, write: () => {} }, {}));

test('the terminal says why, what is excluded, what mends it, and how much nothing explains', () => {
  expect(terminal(failing(cause))).toContain(
    [
      'Why',
      '  - grace-too-short: 20 failed requests',
      '    1 replica (pod-1) was killed.',
      '    Not out of memory: no exit says so.',
      '    What mends it: Raise terminationGracePeriodSeconds.',
      '      spec:',
      '        template:',
      '          spec:',
      '            terminationGracePeriodSeconds: 12',
      '  Of 200 others the record does not show why.',
      '',
    ].join('\n'),
  );
  expect(terminal(failing())).not.toContain('Why');
});

test('a comment says why, and what mends it', () => {
  const page = formatMarkdown(failing(cause), 'x');
  expect(page).toContain('- **grace-too-short**: 20 failed requests. Raise terminationGracePeriodSeconds.');
});

test('what a cause says of names obeys nobody', () => {
  const name = '\u001b[31m<img src=x>';
  const hostile = { ...cause, evidence: [name], fix: { summary: name, patch: `${name}\n` } };
  expect(terminal(failing(hostile))).not.toContain('\u001b');
  expect(formatMarkdown(failing(hostile), 'x')).not.toContain('<img');
});
