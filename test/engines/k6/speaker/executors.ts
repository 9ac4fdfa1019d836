/** How iterations of a scenario begin. */
export interface Plan {
  name: string;
  executor: string;
  exec: string;
  vus: number;
  gracefulStopMs: number | undefined;
  run(vus: Vus): Promise<void>;
}

interface Vus {
  /** undefined: every VU is busy. */
  begin(): Promise<void> | undefined;
  drop(number: number): void;
  isCut(): boolean;
}

/** The one scenario of the options, or what `vus`, `iterations`, `duration` stand for. Throws where it is not valid. */
export function planOf(options: Record<string, unknown>): Plan {
  const scenarios = Object.entries((options.scenarios ?? {}) as Record<string, Record<string, unknown>>);
  if (scenarios.length > 1) throw new Error('the speaking program does one scenario');
  const [name, given] = scenarios[0] ?? ['default', shortcut(options)];
  const vus = Number(given.maxVUs ?? given.preAllocatedVUs ?? given.vus ?? 1);
  const gracefulStopMs = given.gracefulStop === undefined ? undefined : msOf(given.gracefulStop);
  const plan = { name, executor: String(given.executor), exec: String(given.exec ?? 'default'), vus, gracefulStopMs };
  switch (given.executor) {
    case 'constant-arrival-rate':
      if (given.preAllocatedVUs === undefined) throw new Error(`scenario ${name}: preAllocatedVUs is missing`);
      return { ...plan, run: atRate((Number(given.rate) * 1000) / msOf(given.timeUnit ?? '1s'), msOf(given.duration)) };
    case 'constant-vus':
      return { ...plan, run: looping(vus, msOf(given.duration), Number.POSITIVE_INFINITY) };
    case 'shared-iterations':
      return { ...plan, run: looping(vus, msOf(given.maxDuration ?? '10m'), Number(given.iterations ?? 1)) };
    default:
      throw new Error(`unknown executor type '${given.executor}'`);
  }
}

function shortcut({ vus = 1, iterations, duration }: Record<string, unknown>): Record<string, unknown> {
  if (duration !== undefined && iterations === undefined) return { executor: 'constant-vus', vus, duration };
  return { executor: 'shared-iterations', vus, iterations: iterations ?? 1, maxDuration: duration };
}

/** Iteration n is due at n / rate, whatever became of earlier ones; where no VU is idle it is dropped. */
function atRate(rate: number, durationMs: number): Plan['run'] {
  return async (vus) => {
    const from = performance.now();
    for (let n = 0; !vus.isCut(); n++) {
      const dueMs = (n * 1000) / rate;
      if (dueMs >= durationMs) return;
      const waitMs = from + dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (vus.isCut()) return;
      if (vus.begin() === undefined) vus.drop(1);
    }
  };
}

/** Each VU begins again when it is done. */
function looping(count: number, durationMs: number, iterations: number): Plan['run'] {
  return async (vus) => {
    const until = performance.now() + durationMs;
    let left = iterations;
    const loop = async () => {
      while (left > 0 && performance.now() < until && !vus.isCut()) {
        left--;
        const iteration = vus.begin();
        if (iteration === undefined) {
          left++;
          return;
        }
        await iteration;
      }
    };
    await Promise.all(Array.from({ length: count }, loop));
    if (left > 0 && Number.isFinite(left)) vus.drop(left);
  };
}

export function msOf(duration: unknown): number {
  const text = String(duration);
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  if (parts.length === 0) throw new Error(`invalid duration '${text}'`);
  const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return parts.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (unitMs[unit] as number), 0);
}
