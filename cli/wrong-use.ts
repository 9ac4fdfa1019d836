import { HitlessError } from '../record/error.ts';

/** An option, or options together, that make no sense. */
export function wrongUse(message: string): HitlessError {
  return new HitlessError('HITLESS_USAGE', message, { blame: 'usage' });
}
