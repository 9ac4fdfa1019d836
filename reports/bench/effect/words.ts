import type { Change, Effect, EffectMeasure, EffectVerdict } from '../../../record/effect.ts';
import { measureTitles } from '../../../record/effect-names.ts';
import { count, duration } from '../../words.ts';

export const effectTitles: Record<EffectVerdict, string> = {
  better: 'Better',
  same: 'The same',
  worse: 'Worse',
  'cannot tell': 'Cannot tell',
};

/** `rate`, `CPU a request`, `p99.9` */
export function measureName({ name, of }: Pick<EffectMeasure, 'name' | 'of'>): string {
  const own = measureTitles[name];
  return of === undefined ? own : `${own}, ${of}`;
}

/** `4,812/s`, `86.3 us`, `2.1 ms`; `-` for none. */
export function valueText(value: number | null, unit: EffectMeasure['unit']): string {
  if (value === null) return '-';
  if (unit === 'ms') return duration(value);
  const digits = value >= 1000 ? count(Math.round(value)) : String(Number(value.toPrecision(3)));
  return unit === 'us' ? `${digits} us` : `${digits}/s`;
}

/** `+4.8 %`, `-0.03 %`, `0 %`, `+1,240 %` */
export function signed(share: number): string {
  const percent = share * 100;
  const digits = Number(Math.abs(percent) < 10 ? percent.toPrecision(2) : percent.toFixed(0));
  const size = Math.abs(digits) < 1000 ? String(Math.abs(digits)) : count(Math.abs(digits));
  return `${digits > 0 ? '+' : digits < 0 ? '-' : ''}${size} %`;
}

/** `-5.6 to -4.0 %`; `-` for none. */
export function boundsText(change: Change | null): string {
  return change === null ? '-' : `${signed(change.low).replace(' %', '')} to ${signed(change.high)}`;
}

/** `99 %` */
export function confidenceText({ confidence }: Pick<Effect, 'confidence'>): string {
  return `${Number((confidence * 100).toFixed(1))} %`;
}
