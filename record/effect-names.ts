/** In a file of their own, without schemas: pages use them too. */
export const effectVerdicts = ['better', 'same', 'worse', 'cannot tell'] as const;

/** Which of a run's verdicts each is: what cannot be told must not look like a pass. */
export const runVerdicts = { better: 'pass', same: 'pass', worse: 'fail', 'cannot tell': 'inconclusive' } as const;

/** What is compared, by name. `cpu`: processor time of the server for each request. */
export const measureNames = ['rate', 'cpu', 'p50', 'p90', 'p99', 'p999'] as const;

export const measureTitles: Readonly<Record<(typeof measureNames)[number], string>> = {
  rate: 'rate',
  cpu: 'CPU a request',
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  p999: 'p99.9',
};
