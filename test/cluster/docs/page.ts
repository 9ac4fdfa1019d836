import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const docs = join(import.meta.dirname, '../../../docs');

/** The example of a page: its fenced blocks, files by the comment that they begin with, and scripts for a shell. */
export interface Example {
  files: Map<string, string>;
  scripts: string[];
}

/** The example of docs/NAME.md, with each text replaced, which has to be in it. */
export function exampleOf(name: string, replaced: readonly [from: RegExp, to: string][] = []): Example {
  let page = readFileSync(join(docs, `${name}.md`), 'utf8');
  for (const [from, to] of replaced) {
    if (!from.test(page)) throw new Error(`docs/${name}.md does not hold ${from}`);
    page = page.replaceAll(new RegExp(from, 'g'), to);
  }
  const files = new Map<string, string>();
  const scripts: string[] = [];
  for (const [, language, text = ''] of page.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    const [, file] = /^(?:#|\/\/) (\S+)\n/.exec(text) ?? [];
    if (language === 'sh') scripts.push(text);
    else if (file !== undefined) files.set(file, text);
  }
  return { files, scripts };
}

export function writeFiles(files: ReadonlyMap<string, string>, folder: string): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}
