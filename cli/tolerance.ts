import { wrongUse } from './wrong-use.ts';

export const toleranceOption = {
  type: 'string',
  requiresArg: true,
  default: '2%',
  describe: 'a change up to so much is none',
} as const;

/** Reads `2%` or `0.5 %` as a share. Throws HITLESS_USAGE. */
export function toleranceOf(text: string): number {
  const percent = Number(/^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(text.trim())?.[1] ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw wrongUse(`--tolerance: expected a share such as 2% (above 0, 100% at most), got ${text}`);
}
