import { wrap } from './width.ts';

/** An item of a list, in as many lines as it takes. */
export function bullet(text: string, columns: number, mark = '- '): string[] {
  const lines = wrap(text, columns - 3 - mark.length);
  return lines.map((line, index) => `  ${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);
}

export function indented(text: string, by: number, columns: number): string[] {
  return wrap(text, columns - 1 - by).map((line) => ' '.repeat(by) + line);
}
