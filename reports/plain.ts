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

/** A value of a check as one harmless line, as a person would write it: `failed: 65, byOutcome: (ok: 1491, reset: 4)`. */
export function plainValue(value: unknown, limit = 200): string {
  return plain(written(value, false, limit), limit);
}

function written(value: unknown, nested: boolean, limit: number): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  if (typeof value === 'string') return plain(value, limit);
  if (typeof value !== 'object') return String(value);
  const parts = Array.isArray(value)
    ? value.slice(0, limit).map((each) => written(each, true, limit))
    : Object.entries(value).map(([name, each]) => `${plain(name, limit)}: ${written(each, true, limit)}`);
  const line = parts.join(', ') || 'none';
  return nested && parts.length > 0 ? `(${line})` : line;
}
