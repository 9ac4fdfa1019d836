/**
 * What answers and platforms call themselves is untrusted: it must not move the cursor, set a colour, turn the reading
 * direction (CVE-2021-42574) or fill the screen.
 */
const ansi = // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u001b\u009b](?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g;
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]+/gu;

/**
 * One line of harmless text: escape sequences are removed, control, format and bidirectional characters become one
 * space, and what is longer than `limit` characters ends in `…`.
 */
export function plain(text: string, limit = 120): string {
  // Cut first: nothing is gained from cleaning ten kilobytes of which a line is shown.
  const line = text
    .slice(0, limit * 8)
    .replace(ansi, '')
    .replace(invisible, ' ')
    .trim();
  const characters = [...line];
  if (characters.length <= limit && text.length <= limit * 8) return line;
  return `${characters.slice(0, limit - 1).join('')}…`;
}

/** A value of a check as one harmless line: text as it is, everything else as JSON with spaces. */
export function plainValue(value: unknown, limit = 200): string {
  if (typeof value === 'string') return plain(value, limit);
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, null, 1) ?? String(value);
  return plain(text.replace(/\n\s*/g, ' '), limit);
}
