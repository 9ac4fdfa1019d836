import type { Effect } from '../../../record/effect.ts';
import { runVerdicts } from '../../../record/effect-names.ts';
import { terminalMarks } from '../../marks.ts';
import { plain } from '../../plain.ts';
import type { Screen } from '../../screen.ts';
import { table } from '../../terminal/table.ts';
import { wrap } from '../../terminal/width.ts';
import { count } from '../../words.ts';
import { boundsText, confidenceText, measureName, signed, valueText } from './words.ts';

/** A comparison's figures: who was compared, each measure with its interval. */
export function effectLines(effect: Effect, { columns, colors }: Screen): string[] {
  const { baseline, candidate, measures } = effect;
  const side = 'right' as const;
  const titles = [
    { title: '' },
    { title: 'baseline', side },
    { title: 'candidate', side },
    { title: 'typical', side },
    { title: confidenceText(effect), side },
    { title: 'over all', side, optional: 2 },
    { title: confidenceText(effect), side, optional: 2 },
    { title: 'verdict', optional: 1 },
  ];
  const rows = measures.map((measure) => [
    plain(measureName(measure), 60),
    valueText(measure.baseline, measure.unit),
    valueText(measure.candidate, measure.unit),
    measure.typical === null ? '-' : signed(measure.typical.estimate),
    boundsText(measure.typical),
    measure.overall === null ? '-' : signed(measure.overall.estimate),
    boundsText(measure.overall),
    measure.decides ? measure.verdict : `(${measure.verdict})`,
  ]);
  const sideLine = (title: string, { name, ok, failed, processes = [] }: Effect['baseline']) => {
    const cpu = processes.length === 0 ? '' : `, CPU of ${processes.map((each) => plain(each, 40)).join(', ')}`;
    const text = `${title} ${plain(name, 200)}: ${count(ok)} good answers, ${count(failed)} failed${cpu}`;
    return wrap(text, columns - 1);
  };
  return [
    ...sideLine('candidate', candidate),
    ...sideLine('baseline ', baseline).map((line) => colors.dim(line)),
    '',
    ...table(titles, rows, columns - 3, {
      title: (line) => `  ${colors.dim(line)}`,
      row: (line, index) => {
        const { decides = false, verdict = 'same' } = measures[index] ?? {};
        if (!decides) return `  ${colors.dim(line)}`;
        return `  ${verdict === 'same' ? line : colors[terminalMarks[runVerdicts[verdict]].paint](line)}`;
      },
    }),
    '',
    ...noiseLines(effect, columns).map((line) => colors.dim(line)),
  ];
}

function noiseLines({ noise, blocks, tolerance }: Effect, columns: number): string[] {
  const told = (['rate', 'cpu', 'p50', 'p99'] as const).flatMap((name) => {
    const apart = noise[name];
    return apart === undefined ? [] : [`${measureName({ name })} ${signed(apart).replace('+', '')}`];
  });
  const how =
    blocks === undefined ? 'Two rounds of a run' : `Two blocks of ${Math.round(blocks.ms)} ms of the same target`;
  const apart = told.length === 0 ? '' : `${how} are so far apart: ${told.join(', ')}. `;
  return wrap(`${apart}A change up to ${signed(tolerance).replace('+', '')} is none.`, columns - 1);
}

/** The verdict last, where the eye is. */
export function effectVerdictLines(effect: Effect, { columns, colors }: Screen): string[] {
  const { verdict, reasons, toConclude } = effect;
  const { mark, paint } = terminalMarks[runVerdicts[verdict]];
  const line = (text: string) => wrap(plain(text, 800), columns - 3).map((each) => `  ${each}`);
  return [
    colors[paint](colors.bold(`${mark} ${verdict.toUpperCase()}`)),
    ...reasons.slice(0, 6).flatMap(line),
    ...(toConclude.length === 0 ? [] : line(`To find out: ${toConclude.join('; ')}.`)),
  ];
}
