import type { Path, RunFacts } from '../../record/facts.ts';
import type { Fold } from '../../record/fold.ts';
import type { Result } from '../../record/result.ts';
import { explainedLosses, type Loss } from './losses.ts';
import { type Survey, survey } from './survey.ts';
import { told } from './tell.ts';

export type Cause = Result['causes'][number];

export interface Diagnosis {
  /** The one with the most failures first. Each failure has one at the most. */
  causes: Cause[];
  losses: readonly Loss[];
}

/** On these a connection leads to one replica, and what became of it tells of that one. Behind others nothing is claimed. */
const paths: readonly Path[] = ['direct', 'l4-proxy'];

/** Why requests were lost, as far as the record shows it. docs/causes.md has the evidence that each cause takes. */
export function diagnosis(facts: RunFacts): Fold<Diagnosis> {
  if (!paths.includes(facts.target.path))
    return { batch: () => {}, done: () => ({ result: { causes: [], losses: [] } }) };
  return concluded(survey(facts), facts);
}

function concluded(fold: Fold<Survey>, facts: RunFacts): Fold<Diagnosis> {
  return {
    batch: (batch) => fold.batch(batch),
    done() {
      const done = fold.done();
      if ('again' in done) return { again: concluded(done.again, facts) };
      const losses = explainedLosses(done.result);
      return { result: { causes: told(losses, done.result, facts), losses } };
    },
  };
}

/** What explains all that failed in an outage; null where there is no one cause that does. Times are those of result.json. */
export function causeOfOutage(
  { lane, fromMs, toMs, failures }: Result['outages'][number],
  losses: readonly Loss[],
  { trafficFromUs }: RunFacts,
): string | null {
  const within = losses.filter(({ cut }) => {
    const sentMs = (cut.sentUs - trafficFromUs) / 1000;
    return cut.lane === lane && sentMs >= fromMs && sentMs <= (toMs ?? Number.POSITIVE_INFINITY);
  });
  const [first, ...others] = new Set(within.map(({ id }) => id));
  return within.length === failures && others.length === 0 ? (first ?? null) : null;
}
