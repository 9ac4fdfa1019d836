import { HitlessError } from '../record/error.ts';

/** An option, or options together, that make no sense. `hint`: what to do instead, where the message does not say it. */
export function wrongUse(message: string, hint?: string): HitlessError {
  return new HitlessError('HITLESS_USAGE', message, { blame: 'usage', ...(hint !== undefined && { hint }) });
}
