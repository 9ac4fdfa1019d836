import type { Check } from './check.ts';
import { maxOutage } from './max-outage.ts';
import { replicaDistribution } from './replica-distribution.ts';
import { zeroFailed } from './zero-failed.ts';

const all: readonly Check[] = [zeroFailed, maxOutage, replicaDistribution];

/** Every check, by the name that a scenario calls it. */
export const checks: ReadonlyMap<string, Check> = new Map(all.map((check) => [check.name, check]));

/** Those that decide where a scenario names none. */
export const defaultChecks = ['zero-failed', 'max-outage'] as const;
