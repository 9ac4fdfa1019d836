const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours, which take no room
const color = /\u001b\[[\d;]*m/g;

/** The columns that a text takes on a terminal (UAX #11: wide characters take two, combining marks none). */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text.replace(color, '')) {
    if (!/\p{M}/u.test(character)) width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Cut to so many columns, ending in `…` where something was cut. The text has no colours yet. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** Filled with spaces to so many columns; colours may be in it. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const room = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return side === 'left' ? text + room : room + text;
}

/** Not between a number and its unit. */
const breakable = /(?<!\d) | (?!(?:ms|s|min|%)(?!\w))/;

/** Broken between words into lines of so many columns; a longer word is broken within. The text has no colours yet. */
export function wrap(text: string, columns: number): string[] {
  const room = Math.max(10, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(breakable).flatMap((each) => pieces(each, room))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, columns: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (widthOf(part) + widthOf(character) > columns) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}
