import type { BenchResult } from '../../../record/bench-result.ts';
import { jsonInPage } from '../../html/json-in-page.ts';
import { pageModule, selfContainedPage } from '../../html/self-contained.ts';
import { verdictSign } from '../../html/sign.ts';
import { escaped } from '../../markup.ts';
import { plain } from '../../plain.ts';
import { duration } from '../../words.ts';
import { effectTitles } from '../effect/words.ts';
import { benchEnd } from '../verdict.ts';
import { benchPageOf } from './model.ts';

const mostReasons = 6;

/** bench.html: a bench as one file that loads nothing. */
export function benchDocument(bench: BenchResult): string {
  const name = nameOf(bench);
  return selfContainedPage({
    title: `${titleOf(bench)}: ${name} - hitless`,
    head: head(bench, name),
    withoutScript:
      'The rest of this report is drawn by the scripts in it, which are turned off here; bench.json beside it has everything.',
    footer: 'Made by hitless.',
    data: jsonInPage(benchPageOf(bench)),
    script: pageModule('./page/page', import.meta.url),
  });
}

function titleOf(bench: BenchResult): string {
  if (bench.effect !== undefined) return effectTitles[bench.effect.verdict];
  const { word, more } = benchEnd(bench);
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}${more}`;
}

function nameOf({ target }: BenchResult): string {
  return plain(target.scenario ?? `${target.method ?? ''} ${target.url ?? ''}`.trim(), 200);
}

/** The verdict and why: there also where no script runs. */
function head(bench: BenchResult, name: string): string {
  const { effect, target, startedAt, durationMs, seed } = bench;
  const { looks } = benchEnd(bench);
  const [first = bench.search?.message ?? '', ...more] = bench.reasons.map((reason) => plain(reason, 600));
  const rest = more.slice(0, mostReasons).map((reason) => `<li>${escaped(reason)}</li>`);
  const facts = [
    ...(target.against === undefined ? [] : [`against ${plain(target.against, 200)}`]),
    plain(startedAt, 40).replace(/^(.{10})T(.{8}).*Z$/, '$1 $2 UTC'),
    duration(durationMs),
    `seed ${seed}`,
  ];
  const help = effect?.toConclude ?? [];
  const notes = [
    ...(help.length === 0 ? [] : [`To find out: ${help.map((each) => plain(each, 300)).join('; ')}.`]),
    ...(bench.complete ? [] : ['The bench was cut short: what follows is what was seen until then.']),
  ];
  return `<header class="${looks}"><div class="wide">
<div class="verdict">${verdictSign(looks)}
<div><p class="name">${escaped(name)}</p><h1>${escaped(titleOf(bench))}</h1></div></div>
${first === '' ? '' : `<p class="why">${escaped(first)}</p>`}
${rest.length > 0 ? `<ul>${rest.join('')}</ul>` : ''}
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}
<p class="facts-line">${escaped(facts.join(' · '))}</p>
</div></header>`;
}
