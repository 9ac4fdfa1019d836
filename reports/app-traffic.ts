import type { Result } from '../record/result.ts';

/** The lanes whose requests went to the app: a control lane goes to what nobody deploys, and is in no figure of it. */
export function appTraffic({ traffic }: Pick<Result, 'traffic'>): Result['traffic'] {
  return traffic.filter(({ role }) => role !== 'control');
}
