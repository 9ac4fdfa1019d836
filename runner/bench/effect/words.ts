import type { Change, EffectMeasure } from '../../../record/effect.ts';
import { measureTitles } from '../../../record/effect-names.ts';

/** `4.8 % higher (+4.1 % to +5.5 %)`, `0.3 % lower (-1 % to +0.4 %)` */
export function changeText({ estimate, low, high }: Change): string {
  const direction = estimate < 0 ? 'lower' : 'higher';
  return `${share(Math.abs(estimate))} ${direction} (${bound(low)} to ${bound(high)})`;
}

/** `4.8 %`, `0.03 %`, `120 %`, `1,200 %` */
export function share(value: number): string {
  const percent = value * 100;
  const digits = Number(Math.abs(percent) < 10 ? percent.toPrecision(2) : percent.toFixed(0));
  return `${digits.toLocaleString('en-US', { maximumFractionDigits: 6 })} %`;
}

/** With its sign: a change that may be either way is seen to be one. */
function bound(value: number): string {
  return `${value > 0 ? '+' : ''}${share(value)}`;
}

/** What it is of, where there are several. */
export function ofText(of: string | undefined): string {
  return of === undefined ? '' : ` of ${of}`;
}

type Told = Pick<EffectMeasure, 'name' | 'of' | 'typical' | 'overall' | 'verdict'>;

/** What became of a measure, in a sentence. `sample`: what a typical one is of. */
export function measureText(
  { name, of, typical, overall, verdict }: Told,
  tolerance: number,
  sample: 'block' | 'round' = 'block',
): string {
  const subject = `${measureTitles[name]}${ofText(of)}`;
  if (typical === null && overall === null) return `${subject}: too little was measured.`;
  const both = [
    ...(typical === null ? [] : [`${changeText(typical)} in a typical ${sample}`]),
    ...(overall === null ? [] : [`${changeText(overall)} over all`]),
  ].join(', ');
  const limit = `the tolerance of ${share(tolerance)}`;
  const judged: Record<EffectMeasure['verdict'], string> = {
    better: `beyond ${limit}`,
    worse: `beyond ${limit}`,
    same: `within ${limit}`,
    'cannot tell': `which does not tell whether it is within ${limit}`,
  };
  return `${subject}: ${both}, ${judged[verdict]}.`;
}
