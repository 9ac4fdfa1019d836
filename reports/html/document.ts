import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Result } from '../../record/result.ts';
import { escaped } from '../markup.ts';
import { policyNotes, toConcludeText } from '../notes.ts';
import { plain } from '../plain.ts';
import { duration } from '../words.ts';
import { bundle } from './bundle.ts';
import { embedded } from './embedded.ts';
import { style } from './style.ts';

const require = createRequire(import.meta.url);

/**
 * report.html: one file with all that it needs, which loads nothing and runs nothing but the two scripts in it. What a
 * run was told by others is data in it, never markup: in the head escaped, on the page set as text.
 */
export function formatPage(result: Result): string {
  const scripts = [chartJs(), pageScript()];
  const styles = `${fontFaces()}${style}`;
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${hashOf(styles)}`,
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const name = plain(result.scenario.name, 100);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(`${verdictWords[result.verdict]}: ${name} - hitless`)}</title>
<link rel="icon" href="data:,">
<style>${styles}</style>
</head>
<body>
${head(result, name)}
<main id="report" class="wide"><noscript><p>The rest of this report is drawn by the scripts in it, which are turned off here; result.json beside it has everything.</p></noscript></main>
<footer class="wide">Made by hitless. All times are from the start of traffic.</footer>
<script type="application/json" id="result">${embedded(result)}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}

const verdictWords: Record<Result['verdict'], string> = {
  pass: 'Pass',
  fail: 'Fail',
  inconclusive: 'Inconclusive',
  error: 'Error',
};

/** In a ring of their own, told apart by form. */
const signs: Record<Result['verdict'], string> = {
  pass: '<path d="M18 31l8 8 16-18"/>',
  fail: '<path d="M20 20l20 20M40 20L20 40"/>',
  inconclusive: '<path d="M22 24c0-5 4-8 8-8s8 3 8 8-8 6-8 11"/><path d="M30 43v.5"/>',
  error: '<path d="M30 16v18"/><path d="M30 43v.5"/>',
};

/** The verdict and why: there also where no script runs. */
function head(result: Result, name: string): string {
  const { verdict, scenario, target, expectation, complete } = result;
  const [first = 'No reason is given.', ...more] = result.reasons.map((reason) => plain(reason, 400));
  const facts = [
    `on ${plain(target.kind, 40)}`,
    plain(result.startedAt, 40).replace(/^(.{10})T(.{8}).*Z$/, '$1 $2 UTC'),
    `${duration(result.durationMs)} of traffic`,
    `seed ${scenario.seed}`,
  ];
  const notes = [
    toConcludeText(result) ?? '',
    ...policyNotes(result),
    complete ? '' : 'The run was cut short: what follows is what was seen until then.',
    expectation?.met === true ? 'That is the verdict that the scenario expects.' : '',
    expectation?.met === false ? `The scenario expects the verdict ${expectation.verdict}.` : '',
    ...(target.notes ?? []).map((note) => plain(note, 400)),
  ].filter((note) => note !== '');
  const rest = more.slice(0, 4).map((reason) => `<li>${escaped(reason)}</li>`);
  if (more.length > rest.length) rest.push(`<li>and ${more.length - rest.length} more; result.json has them all</li>`);
  return `<header class="${verdict}"><div class="wide">
<div class="verdict"><svg viewBox="0 0 60 60" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="30" cy="30" r="27"/>${signs[verdict]}</svg>
<div><p class="name">${escaped(name)}</p><h1>${verdictWords[verdict]}</h1></div></div>
<p class="why">${escaped(first)}</p>
${rest.length > 0 ? `<ul>${rest.join('')}</ul>` : ''}
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}
<p class="facts-line">${scenario.description ? `${escaped(plain(scenario.description, 300))}<br>` : ''}${escaped(facts.join(' · '))}</p>
</div></header>`;
}

/** The script that is next to this file, in TypeScript or, in what is installed, as built. */
function pageScript(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return bundle(new URL(`page/page.${extension}`, import.meta.url));
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
