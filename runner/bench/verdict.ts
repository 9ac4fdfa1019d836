import type { BenchResult, BenchStage } from '../../record/bench-result.ts';

type Judged = Pick<BenchResult, 'complete' | 'stages' | 'objectives' | 'search'> & {
  /** Of a scenario: how it was judged as a run. */
  run?: Pick<BenchResult, 'verdict' | 'reasons'>;
};

const worstFirst = ['error', 'fail', 'inconclusive'] as const;

/**
 * fail: an objective is broken, or no rate holds the one that is searched for. inconclusive: the generator was the limit, or
 * nothing was measured. What a server fails without an objective is shown, and decides nothing: a bench asks how fast it is.
 */
export function verdictOf({
  complete,
  stages,
  objectives,
  search,
  run,
}: Judged): Pick<BenchResult, 'verdict' | 'reasons'> {
  const broken = objectives.filter(({ verdict }) => verdict === 'broken').map(({ message }) => message);
  const lost = search?.highestRate === null && search.limitedBy !== 'generator' ? [search.message] : [];
  const unclear = [
    ...(complete ? [] : ['it was cut short']),
    ...(search === undefined ? stages.flatMap(unclearIn) : []),
    ...(search?.limitedBy === 'generator' ? [search.message] : []),
    ...objectives.filter(({ verdict }) => verdict === 'cannot tell').map(({ message }) => message),
    ...(stages.length === 0 && complete ? ['nothing was measured'] : []),
  ];
  const own = broken.length + lost.length > 0 ? 'fail' : unclear.length > 0 ? 'inconclusive' : 'pass';
  const verdicts = [own, run?.verdict ?? 'pass'];
  const verdict = worstFirst.find((each) => verdicts.includes(each)) ?? 'pass';
  return { verdict, reasons: [...broken, ...lost, ...(run?.reasons ?? []), ...unclear] };
}

function unclearIn({ name, subject, load, rounds, summary }: BenchStage): string[] {
  const stage = subject === undefined ? name : `${name} of ${subject}`;
  const worst = rounds.find(({ generatorLimited }) => generatorLimited);
  if (worst !== undefined) return [`${stage}: what limited it was ${worst.why}`];
  if (summary.sent > 0 && summary.ok === 0) return [`${stage}: no request had a good answer, so no latency is known`];
  if (summary.sent === 0 && load.model !== 'scenario') return [`${stage}: nothing was sent`];
  return [];
}
