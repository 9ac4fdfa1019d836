import type { Result } from '../record/result.ts';

type Verdict = Result['checks'][number]['verdict'];

/** How each verdict looks on a terminal. */
export const terminalMarks = {
  pass: { mark: '✓', paint: 'green' },
  fail: { mark: '✗', paint: 'red' },
  inconclusive: { mark: '?', paint: 'yellow' },
  error: { mark: '!', paint: 'magenta' },
  warn: { mark: '~', paint: 'yellow' },
  'not-applicable': { mark: '-', paint: 'dim' },
} as const satisfies Record<Verdict, { mark: string; paint: string }>;

/** And in Markdown. */
export const markdownMarks: Record<Verdict, string> = {
  pass: '✅',
  fail: '❌',
  inconclusive: '❔',
  error: '❗',
  warn: '⚠️',
  'not-applicable': '➖',
};
