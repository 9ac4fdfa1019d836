import { assetConsistency } from './asset-consistency.ts';
import { availability } from './availability.ts';
import type { Check } from './check.ts';
import { counters } from './counters.ts';
import { failureBudget } from './failure-budget.ts';
import { latency } from './latency.ts';
import { maxOutage } from './max-outage.ts';
import { noNewFailures } from './no-new-failures.ts';
import { recovery } from './recovery.ts';
import { replicaDistribution } from './replica-distribution.ts';
import { versionMixing } from './version-mixing.ts';
import { versionMonotone } from './version-monotone.ts';
import { zeroFailed } from './zero-failed.ts';

const all: readonly Check[] = [
  zeroFailed,
  noNewFailures,
  failureBudget,
  maxOutage,
  replicaDistribution,
  versionMixing,
  versionMonotone,
  counters,
  availability,
  recovery,
  latency,
  assetConsistency,
];

/** Every check, by the name that a scenario calls it. */
export const checks: ReadonlyMap<string, Check> = new Map(all.map((check) => [check.name, check]));

/** Those that decide where a scenario names none. */
export const defaultChecks = ['zero-failed', 'max-outage'] as const;
