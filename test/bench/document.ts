import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Puts a part's text between its two markers in a Markdown file; what a person wrote around them stays. Throws where the
 * markers are not there.
 */
export function writeSection(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- end of ${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}: ${begin} ... ${end}`);
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}
