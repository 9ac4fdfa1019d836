import type { Verdict } from '../../record/result.ts';

/** In a ring of their own, told apart by form. */
const signs: Record<Verdict, string> = {
  pass: '<path d="M18 31l8 8 16-18"/>',
  fail: '<path d="M20 20l20 20M40 20L20 40"/>',
  inconclusive: '<path d="M22 24c0-5 4-8 8-8s8 3 8 8-8 6-8 11"/><path d="M30 43v.5"/>',
  error: '<path d="M30 16v18"/><path d="M30 43v.5"/>',
};

/** A verdict as a picture, of which the words beside it say the same. */
export function verdictSign(verdict: Verdict): string {
  return `<svg viewBox="0 0 60 60" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="30" cy="30" r="27"/>${signs[verdict]}</svg>`;
}
