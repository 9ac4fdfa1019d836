import { readAttempts } from '../record/attempts-reader.ts';
import type { TargetFacts } from '../record/facts.ts';
import type { Target } from '../targets/target.ts';

/** An app that calls itself something else in each answer must not fill our memory. */
const mostNames = 10_000;

/** Where answers came from replicas that connections did not show: which pods they are, as far as the target can tell. */
export async function namesOfPods(target: Target, attempts: string): Promise<Pick<TargetFacts, 'names'>> {
  if (target.podsCalled === undefined) return {};
  const names = await target.podsCalled([...unplacedNames(attempts)]);
  return names.size === 0 ? {} : { names: Object.fromEntries(names) };
}

function unplacedNames(attempts: string): Set<string> {
  const names = new Set<string>();
  for (const { length, replica, replicaSource, pod } of readAttempts(attempts)) {
    for (let row = 0; row < length && names.size < mostNames; row++) {
      const name = replica.at(row);
      if (name !== null && replicaSource.at(row) === 'answer' && pod.at(row) === null) names.add(name);
    }
  }
  return names;
}
