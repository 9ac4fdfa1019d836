import betaQuantile from '@stdlib/stats-base-dists-beta-quantile';
import { effectVerdicts } from '../../../record/effect-names.ts';
import { table } from '../table.ts';
import { type Kind, kinds, type Trial } from './kept.ts';
import { originText } from './origin.ts';

/** How often a comparison was right, as Markdown: of each kind, by machine and by hitless, and of all of them together. */
export function summary(trials: readonly Trial[]): string {
  const origins = [...new Set(trials.map(({ origin }) => originText(origin)))];
  const groups = [
    ...origins.map((text, nth) => ({
      name: String(nth + 1),
      of: trials.filter(({ origin }) => originText(origin) === text),
    })),
    ...(origins.length > 1 ? [{ name: 'all', of: trials }] : []),
  ];
  const rows = kinds.flatMap((kind) =>
    groups
      .map(({ name, of }) => ({ name, of: of.filter((trial) => trial.kind === kind) }))
      .filter(({ of }) => of.length > 0)
      .map(({ name, of }) => rowOf(kind, name, of)),
  );
  const head = ['kind', 'from', 'trials', 'wrong', 'found', ...effectVerdicts, "CPU a request, the servers' account"];
  return [table(head, rows), '', settingsText(trials), ...origins.map((text, nth) => `${nth + 1}: ${text}`)].join('\n');
}

function rowOf(kind: Kind, from: string, trials: readonly Trial[]): string[] {
  const truths = trials.map(({ truth }) => truth);
  return [
    kind,
    from,
    String(trials.length),
    shareText(trials.filter(isWrong).length, trials.length),
    kind === 'slower' ? shareText(trials.filter(({ verdict }) => verdict === 'worse').length, trials.length) : '',
    ...effectVerdicts.map((name) => String(trials.filter(({ verdict }) => verdict === name).length)),
    `${percent(Math.min(...truths))} to ${percent(Math.max(...truths))}`,
  ];
}

/** A change where there was none, none where there was one beyond the tolerance, or one to the other side. */
function isWrong({ kind, verdict, more, tolerance }: Trial): boolean {
  if (kind === 'identical') return verdict === 'better' || verdict === 'worse';
  return verdict === 'better' || (verdict === 'same' && more > tolerance);
}

function shareText(hits: number, of: number): string {
  return `${hits} of ${of} (${binomialInterval(hits, of)})`;
}

/** Clopper and Pearson 1934, 95 %. */
export function binomialInterval(hits: number, of: number): string {
  const low = hits === 0 ? 0 : betaQuantile(0.025, hits, of - hits + 1);
  const high = hits === of ? 1 : betaQuantile(0.975, hits + 1, of - hits);
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
}

function settingsText(trials: readonly Trial[]): string {
  const [first] = trials;
  if (first === undefined) return 'no trials';
  const { seconds, tolerance, connections } = first;
  const slower = [...new Set(trials.flatMap(({ kind, more }) => (kind === 'slower' ? [percent(more)] : [])))];
  return [
    `Each of ${seconds} s, tolerance ${percent(tolerance)}`,
    ...(connections === null ? [] : [`${connections} connections`]),
    ...(slower.length > 0 ? [`the slower build by calibration ${slower.join(' or ')} slower`] : []),
    'in brackets 95 %.',
  ].join(', ');
}

/** A trial in one line. */
export function trialText({ verdict, truth, measures }: Trial): string {
  const told = measures.map(({ name, typical, verdict }) => {
    const change =
      typical === null ? '-' : `${percent(typical.estimate)} (${percent(typical.low)} to ${percent(typical.high)})`;
    return `${name} ${change} ${verdict}`;
  });
  return `${verdict}; the servers say ${percent(truth)}; ${told.join('; ')}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
