import { cpus, release, totalmem } from 'node:os';

/** What a run's figures depend on and a reader cannot see from them. */
export function environmentOf(): Record<string, string | number> {
  const cores = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpu: cores[0]?.model.trim() || 'unknown',
    cores: cores.length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
  };
}
