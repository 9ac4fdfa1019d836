import { readAttempts } from '../record/attempts-reader.ts';
import type { TargetFacts } from '../record/facts.ts';
import { platformName } from '../record/named-pods.ts';
import type { Target } from '../targets/target.ts';

/** An app that calls itself something else in each answer must not fill our memory. */
const mostNames = 10_000;

/**
 * Where answers came from replicas that connections did not show: which pods they are, as far as the target can tell. One that gives the
 * platform's own name of a replica is that one, or one that had the name before or after it.
 */
export async function namesOfPods(target: Target, attempts: string): Promise<Pick<TargetFacts, 'names'>> {
  const unplaced = unplacedNames(attempts);
  const told = (await target.podsCalled?.([...unplaced])) ?? new Map<string, string>();
  const own = target
    .state()
    .replicas.map(({ pod }) => platformName(pod))
    .filter((name) => unplaced.has(name));
  const names = { ...Object.fromEntries(told), ...Object.fromEntries(own.map((name) => [name, name])) };
  return Object.keys(names).length === 0 ? {} : { names };
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
