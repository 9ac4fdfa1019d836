import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { escaped } from '../markup.ts';
import { bundle } from './bundle.ts';
import { style } from './style.ts';

const require = createRequire(import.meta.url);

export interface PageParts {
  title: string;
  /** Markup of our own, with what others said escaped in it. */
  head: string;
  /** What stands where no script runs. */
  withoutScript: string;
  footer: string;
  /** JSON without any `<`, which the script reads from the element `result`. */
  data: string;
  /** The script's module, beside which all that it imports lies. */
  script: URL;
  /** Besides the style of all pages. */
  style?: string;
}

/**
 * One file with all that it needs, which loads nothing and runs nothing but the two scripts in it, chart.js and the page's
 * own. What others said is data in it, never markup: in the head escaped, on the page set as text.
 */
export function selfContainedPage({
  title,
  head,
  withoutScript,
  footer,
  data,
  script,
  style: more = '',
}: PageParts): string {
  const scripts = [chartJs(), bundle(script)];
  const styles = `${fontFaces()}${style}${more}`;
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${hashOf(styles)}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
${head}
<main id="report" class="wide"><noscript><p>${escaped(withoutScript)}</p></noscript></main>
<footer class="wide">${escaped(footer)}</footer>
<script type="application/json" id="result">${data}</script>
${scripts.map((each) => `<script>${each}</script>`).join('\n')}
</body>
</html>
`;
}

/** A module next to this one, in TypeScript or, in what is installed, as built. `base`: its caller's import.meta.url. */
export function pageModule(path: string, base: string): URL {
  return new URL(`${path}.${base.endsWith('.ts') ? 'ts' : 'js'}`, base);
}

function chartJs(): string {
  const script = readFileSync(join(dirname(require.resolve('chart.js')), 'chart.umd.min.js'), 'utf8').replace(
    /^\/\/# sourceMappingURL=.*$/m,
    '',
  );
  if (/<\/script|<!--/i.test(script)) throw new Error('chart.js would end its own element');
  return script;
}

function fontFaces(): string {
  const faces = [400, 600].map((weight) => {
    const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    const data = readFileSync(file).toString('base64');
    return `@font-face{font-family:Inter;font-weight:${weight};font-display:swap;src:url(data:font/woff2;base64,${data}) format("woff2")}`;
  });
  return faces.join('\n');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
