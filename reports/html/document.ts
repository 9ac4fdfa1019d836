import type { Result } from '../../record/result.ts';
import { escaped } from '../markup.ts';
import { policyNotes, toConcludeText } from '../notes.ts';
import { plain } from '../plain.ts';
import { duration } from '../words.ts';
import { embedded } from './embedded.ts';
import { pageModule, selfContainedPage } from './self-contained.ts';
import { verdictSign } from './sign.ts';

/** report.html: a run as one file. */
export function formatPage(result: Result): string {
  const name = plain(result.scenario.name, 100);
  return selfContainedPage({
    title: `${verdictWords[result.verdict]}: ${name} - hitless`,
    head: head(result, name),
    withoutScript:
      'The rest of this report is drawn by the scripts in it, which are turned off here; result.json beside it has everything.',
    footer: 'Made by hitless. All times are from the start of traffic.',
    data: embedded(result),
    script: pageModule('./page/page', import.meta.url),
  });
}

const verdictWords: Record<Result['verdict'], string> = {
  pass: 'Pass',
  fail: 'Fail',
  inconclusive: 'Inconclusive',
  error: 'Error',
};

/** Of somebody else's deployment where it is, as there is no more to say. */
function placeOf({ kind, details }: Result['target']): string {
  const url = details?.url;
  return kind === 'url' && typeof url === 'string' ? plain(url, 200) : plain(kind, 40);
}

/** The verdict and why: there also where no script runs. */
function head(result: Result, name: string): string {
  const { verdict, scenario, target, expectation, complete } = result;
  const [first = 'No reason is given.', ...more] = result.reasons.map((reason) => plain(reason, 400));
  const facts = [
    `on ${placeOf(target)}`,
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
  ].filter((note) => note !== '');
  const known = (target.notes ?? []).map((note) => `<li>${escaped(plain(note, 400))}</li>`);
  const rest = more.slice(0, 4).map((reason) => `<li>${escaped(reason)}</li>`);
  if (more.length > rest.length) rest.push(`<li>and ${more.length - rest.length} more; result.json has them all</li>`);
  return `<header class="${verdict}"><div class="wide">
<div class="verdict">${verdictSign(verdict)}
<div><p class="name">${escaped(name)}</p><h1>${verdictWords[verdict]}</h1></div></div>
<p class="why">${escaped(first)}</p>
${rest.length > 0 ? `<ul>${rest.join('')}</ul>` : ''}
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join('')}
${known.length > 0 ? `<div class="known"><p>To know:</p><ul>${known.join('')}</ul></div>` : ''}
<p class="facts-line">${scenario.description ? `${escaped(plain(scenario.description, 300))}<br>` : ''}${escaped(facts.join(' · '))}</p>
</div></header>`;
}
