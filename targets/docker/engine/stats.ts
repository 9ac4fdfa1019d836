/** What `GET /containers/{id}/stats` says, as far as it is used. */
export interface RawStats {
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
  memory_stats?: { usage?: number; stats?: Record<string, number> };
}

export interface ContainerStats {
  /** Since its start. */
  cpuMs: number;
  memoryBytes: number;
}

/** Without what is cached of files and can be given up, as `docker stats` counts it; undefined where it does not run. */
export function statsOf({ cpu_stats: cpu, memory_stats: memory }: RawStats): ContainerStats | undefined {
  const total = cpu?.cpu_usage?.total_usage;
  if (total === undefined || memory?.usage === undefined) return undefined;
  const cached = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0;
  return { cpuMs: total / 1e6, memoryBytes: Math.max(0, memory.usage - cached) };
}
