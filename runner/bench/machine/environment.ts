import { availableParallelism } from 'node:os';
import { procText } from '../../../targets/proc.ts';
import { environmentOf } from '../../environment.ts';

/** What figures of speed depend on. A field is absent where this system does not say. */
export function benchEnvironment(hitless: string): Record<string, string | number | boolean> {
  const governor = lineOf('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor');
  const flags = /^flags\s*:(.*)$/m.exec(procText('/proc/cpuinfo'))?.[1];
  const limit = cpuLimit();
  return {
    hitless,
    ...environmentOf(),
    parallelism: availableParallelism(),
    ...(governor !== '' && { governor }),
    // Set by CPUs that a hypervisor shows (Linux, X86_FEATURE_HYPERVISOR).
    ...(flags !== undefined && { virtualised: flags.split(' ').includes('hypervisor') }),
    ...(limit !== null && { cpuLimit: limit }),
  };
}

/** Of the control group: `max 100000` or `50000 100000` (Linux, cgroup-v2, cpu.max), in cores. */
function cpuLimit(): number | null {
  const [quota, period] = lineOf('/sys/fs/cgroup/cpu.max').split(' ').map(Number);
  return quota !== undefined && period !== undefined && quota > 0 ? quota / period : null;
}

function lineOf(file: string): string {
  return procText(file).trim();
}
