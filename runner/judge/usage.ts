import type { RunFacts } from '../../record/facts.ts';
import type { Result } from '../../record/result.ts';
import type { UsageFacts } from '../../record/usage.ts';

type OfReplica = UsageFacts['replicas'][number];
type Amount = OfReplica['cpuCores'];

/** What the replicas of each version used: who compares two versions wants to see them side by side. */
export function usage({ usage: facts, trafficFromUs }: RunFacts): Pick<Result, 'usage'> {
  if (facts === undefined) return {};
  const { source, everyMs, replicas, blind, missing } = facts;
  const versions = [...new Set(replicas.map(({ version }) => version))];
  const fromStart = (us: number) => (us - trafficFromUs) / 1000;
  return {
    usage: {
      source,
      everyMs,
      byVersion: versions.map((version) => {
        const of = replicas.filter((replica) => replica.version === version);
        return {
          version,
          replicas: of.length,
          readings: of.reduce((sum, { readings }) => sum + readings, 0),
          cpuCores: together(of, 'cpuCores'),
          memoryBytes: together(of, 'memoryBytes'),
        };
      }),
      blind: blind.map(({ fromUs, toUs, reason }) => ({ fromMs: fromStart(fromUs), toMs: fromStart(toUs), reason })),
      ...(missing !== undefined && { missing }),
    },
  };
}

/** Of one replica, by its pod. */
export function usedBy(pod: string | null, { usage: facts }: RunFacts): Pick<Result['replicas'][number], 'used'> {
  const found = facts?.replicas.find((replica) => replica.pod === pod);
  if (found === undefined) return {};
  const { readings, cpuCores, memoryBytes } = found;
  return { used: { readings, cpuCores, memoryBytes } };
}

/** The mean over all readings, and the highest of any replica. */
function together(replicas: readonly OfReplica[], of: 'cpuCores' | 'memoryBytes'): Amount {
  const amounts = replicas.flatMap(({ readings, [of]: amount }) => (amount === null ? [] : [{ readings, ...amount }]));
  if (amounts.length === 0) return null;
  const readings = amounts.reduce((sum, amount) => sum + amount.readings, 0);
  const mean = amounts.reduce((sum, amount) => sum + amount.mean * amount.readings, 0) / readings;
  return { mean, max: Math.max(...amounts.map(({ max }) => max)) };
}
