import type { BenchResult } from '../../record/bench-result.ts';

/** As bench.json has it. */
export function benchJson(result: BenchResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
