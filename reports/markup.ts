/** XML 1.0 section 2.2 forbids these even escaped, and no text on a page needs them. */
const forbidden = // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** An element that shows nothing, between two characters that would mean something together. */
const apart = '<!-- -->';

/**
 * A text within a line of Markdown, as GitHub and GitLab read it: no markup, no HTML, no formula, no link, nobody
 * mentioned and nothing referred to. Neither takes a backslash before `@` or `#` (github/cmark-gfm issue 181).
 */
export function escapedMarkdown(text: string): string {
  return text
    .replace(forbidden, '')
    .replace(/[&<>]/g, (character) => entities[character] ?? '')
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^(?:[-+#=]|\d+(?=[.)]))/, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`))
    .replace(/([@#!%^~$]|&amp;)(?=[\w"'-])/g, `$1${apart}`)
    .replace(/:(?=\/\/)/g, `:${apart}`)
    .replace(/\b(www)\./gi, `$1${apart}.`);
}

/** A text as code within a line of Markdown, also in a table; for names, which nobody shall be mentioned by either. */
export function markdownCode(text: string): string {
  const code = text.replace(forbidden, '').replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 && code.trim() !== '' ? `${fence}${code}${fence}` : `${fence} ${code || '-'} ${fence}`;
}

/** A text as XML or HTML, within an element or a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(forbidden, '').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
