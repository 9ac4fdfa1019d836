import type { BenchArguments } from '../../cli/bench-options.ts';

/** What a command line of bench says that says nothing but a URL. */
export function benchArguments(what: string): BenchArguments {
  return {
    what,
    poisson: false,
    'max-rate': 50_000,
    rounds: 1,
    'warm-up': 'auto',
    'max-requests': 1_000_000,
    engine: 'builtin',
    timeout: '10s',
    'keep-attempts': false,
  } as unknown as BenchArguments;
}
