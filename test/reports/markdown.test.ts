import { expect, test } from 'vitest';
import type { Result } from '../../record/result.ts';
import { formatMarkdown } from '../../reports/markdown.ts';
import { escapedMarkdown, markdownCode } from '../../reports/markup.ts';
import { fixtures } from './fixtures.ts';

const page = (result: Result) => formatMarkdown(result, '.hitless/run');

test('a bot finds the comment that it wrote before by its first line', () => {
  expect(page(fixtures.failing()).split('\n')[0]).toBe('<!-- hitless:rolling-update-as-printed -->');
  const [first = ''] = page(fixtures.hostile()).split('\n');
  expect(first).toMatch(/^<!-- hitless:[A-Za-z0-9-]+ -->$/);
});

test('the verdict comes first, then why, then what would help', () => {
  const failing = page(fixtures.failing());
  expect(failing).toContain('### ❌ FAIL: rolling-update-as-printed');
  expect(failing).toContain('| ❌ | `zero-failed` | 220 of 8000 requests failed');
  expect(failing).toContain('| `visitors` | 4,000 | 3,877 | 123 |');
  const result: Result = {
    ...fixtures.inconclusive(),
    toConclude: ['lower the rate'],
    notJudged: [{ check: 'zero-failed', level: 'off', by: 'hitless.config.yml:3:5' }],
    onInconclusive: { asked: 'warn', done: 'warn', try: 1, tries: 1, message: 'Inconclusive is a warning here.' },
  };
  const told = page(result);
  expect(told).toContain('**To find out: lower the rate.**');
  expect(told).toContain('**Not judged: zero-failed is off (hitless.config.yml:3:5).**');
  expect(told).toContain('**Inconclusive is a warning here.**');
});

test.each([
  ['@torvalds', '@<!-- -->torvalds'],
  ['see #1 and !2', 'see #<!-- -->1 and !<!-- -->2'],
  ['[x](http://a.example)', '\\[x\\](http:<!-- -->//a.example)'],
  ['www.a.example', 'www<!-- -->.a.example'],
  ['<img src=x>', '&lt;img src=x&gt;'],
  ['a | b `c` *d*', 'a \\| b \\`c\\` \\*d\\*'],
  ['$x$', '\\$<!-- -->x\\$'],
  ['# heading', '\\# heading'],
  ['1. item', '1\\. item'],
  ['- item', '\\- item'],
  ['p99 of 0.1 % was 3.2 ms, 5 of 7.', 'p99 of 0.1 % was 3.2 ms, 5 of 7.'],
])('%s is text in Markdown, and nothing else', (text, written) => {
  expect(escapedMarkdown(text)).toBe(written);
});

test('a name is code, whatever is in it', () => {
  expect(markdownCode('shop')).toBe('`shop`');
  expect(markdownCode('a`b``c')).toBe('``` a`b``c ```');
  expect(markdownCode('a|b')).toBe('`a\\|b`');
  expect(markdownCode('')).toBe('` - `');
});

test.each(Object.entries(fixtures))('%s fits into a comment, in lines that nothing breaks', (_name, make) => {
  const text = page(make());
  expect(Buffer.byteLength(text)).toBeLessThan(60_000);
  // All markup is ours.
  const tags =
    text
      .replaceAll('<!-- -->', '')
      .replaceAll(/`[^`\n]*`/g, '')
      .match(/<[^>]*>/g) ?? [];
  for (const tag of tags.slice(1)) expect(tag).toMatch(/^<\/?(details|summary|sub)>$/);
  expect(text).not.toMatch(/(?<!`)@\w|\]\(http/);
});

test('what is too long for a comment is left out, and that is said', () => {
  const result = fixtures.failing();
  const [check] = result.checks;
  if (check === undefined) throw new Error('the simulation has checks');
  const long = '@'.repeat(1).concat('#a'.repeat(1000));
  result.checks = Array.from({ length: 500 }, (_, index) => ({ ...check, name: `c${index}`, message: long }));
  result.reasons = Array.from({ length: 500 }, () => long);
  result.toConclude = Array.from({ length: 500 }, () => long);
  result.notJudged = Array.from({ length: 500 }, () => ({ check: long, level: 'off' as const, by: long }));
  const text = page(result);
  expect(Buffer.byteLength(text)).toBeLessThan(60_000);
  expect(text).toContain('More than fits here is in the report.');
  expect(text).toContain('### ❌ FAIL');
});
