import { join } from 'node:path';
import type { BenchResult } from '../../../record/bench-result.ts';
import { terminalMarks } from '../../marks.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { wrap } from '../../terminal/width.ts';
import { duration, percent } from '../../words.ts';
import { benchEnd } from '../verdict.ts';
import { rateText } from '../words.ts';
import { stageLines, stageTable } from './stage.ts';

const paints = { held: 'green', broken: 'red', 'cannot tell': 'yellow' } as const;

/** The end of a bench, for a terminal: the figures, then what they rest on, the verdict last, where the eye is. */
export function benchSummary(result: BenchResult, folder: string, screen: Screen): string {
  const { stages } = result;
  const lines = ['', ...(result.search === undefined ? figures(result, screen) : search(result, screen))];
  const paragraph = (text: string, paint = (words: string) => words) =>
    wrap(plain(text, 600), screen.columns - 1).map(paint);
  const { colors } = screen;
  const { word, more, looks } = benchEnd(result);
  const { mark, paint } = terminalMarks[looks];
  if (stages.length > 0) lines.push('');
  for (const objective of result.objectives)
    lines.push(...paragraph(objective.message, colors[paints[objective.verdict]]));
  for (const note of result.notes) lines.push(...paragraph(note, colors.dim));
  lines.push(...paragraph(noiseText(result), colors.dim));
  lines.push('');
  const badge = colors[paint](colors.bold(`${mark} ${word.toUpperCase()}${more}`));
  lines.push(`${badge}  Report: ${plain(join(folder, 'bench.html'), 200)}`);
  const reasons = result.verdict === 'pass' ? [] : result.reasons.slice(0, 5);
  for (const reason of reasons) lines.push(...wrap(plain(reason, 600), screen.columns - 3).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

function figures({ stages, kind }: BenchResult, screen: Screen): string[] {
  const [only] = stages;
  if (only === undefined) return ['nothing was measured'];
  if (stages.length === 1) return stageLines(only, screen);
  const steps = kind === 'scenario' ? [] : stages.slice(-1).flatMap((stage) => ['', ...stageLines(stage, screen)]);
  const parted = kind === 'scenario' ? parts(stages, screen) : stageTable(stages, screen);
  return [...parted, ...steps];
}

/** What the deployment did, and then each step of it. */
function parts(stages: BenchResult['stages'], screen: Screen): string[] {
  const isStep = ({ load }: BenchResult['stages'][number]) => load.model === 'scenario' && load.part === 'step';
  const phases = stages.filter((stage) => !isStep(stage));
  const steps = stages.filter(isStep);
  return [...(phases.length === 0 ? [] : [...stageTable(phases, screen), '']), ...stageTable(steps, screen)];
}

function search({ search, stages }: BenchResult, screen: Screen): string[] {
  if (search === undefined) return [];
  const { colors } = screen;
  const tried = search.tried.flatMap(({ rate, result, message }) =>
    wrap(`${rateText(rate)} requests/s: ${plain(message, 300)}`, screen.columns - 3).map((line) =>
      colors[paints[result]](`  ${line}`),
    ),
  );
  const found = stages.find(({ load }) => load.model === 'open' && load.rate === search.highestRate);
  return [
    ...tried,
    '',
    ...(found === undefined ? [] : [...stageLines(found, screen), '']),
    ...wrap(plain(search.message, 400), screen.columns - 1).map((line) => colors.bold(line)),
  ];
}

function noiseText({ noise, environment }: BenchResult): string {
  const { before, idle, steal } = noise;
  const parts = [
    `${environment.cpu ?? 'unknown CPU'}, ${environment.cores ?? '?'} cores`,
    ...(idle === null ? [] : [`${percent(idle)} idle meanwhile`]),
    ...(steal === null || steal === 0 ? [] : [`${percent(steal)} taken by its host`]),
    ...(before === null ? [] : [`kept from running for up to ${duration(before.gapMs.max ?? 0)} before the start`]),
  ];
  return `Machine: ${parts.join('; ')}.`;
}
