import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const modules = /^import\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"];?[ \t]*$/gm;
const exported = /^export (?:async )?(?:function|const|let|class) (\w+)/gm;

/**
 * One classic script of a module and all that it imports, for a page that may load nothing. Each module becomes a
 * function that returns what it exports. Modules are ours, import each other by name alone, and export where they
 * declare; from sources their types are stripped, a built one is taken as it is. Throws where a module does otherwise.
 */
export function bundle(entry: URL): string {
  const names = new Map<string, string>();
  const parts: string[] = [];

  function add(file: URL): string {
    const known = names.get(file.href);
    if (known) return known;
    const name = `module${names.size}`;
    names.set(file.href, name);
    const source = readFileSync(fileURLToPath(file), 'utf8');
    const code = (file.pathname.endsWith('.ts') ? withoutTypes(source) : source)
      .replace(modules, (_, imported: string, path: string) => {
        const bindings = imported.replace(/(\w+) as (\w+)/g, '$1: $2');
        return `const {${bindings}} = ${add(new URL(path, file))};`;
      })
      .replace(/^export \{\};?$/gm, '');
    const exports = [...code.matchAll(exported)].map((match) => match[1]);
    const body = code.replace(/^export (?=async |function |const |let |class )/gm, '');
    const rest = /^(?:import|export)\b.*/m.exec(body);
    if (rest) throw new Error(`${file.pathname} cannot go into a page: ${rest[0]}`);
    parts.push(`const ${name} = (() => {\n${body}\nreturn { ${exports.join(', ')} };\n})();`);
    return name;
  }

  add(entry);
  const script = `(() => {\n'use strict';\n${parts.join('\n')}\n})();`;
  // No way to escape these in all places of a script: it must not have them.
  if (/<\/script|<!--/i.test(script)) throw new Error('a script of the page would end its own element');
  return script;
}

/** Node says of its own function that it is experimental (it is the one that runs our sources): once a run is too often. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
