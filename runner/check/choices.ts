import { platformName } from '../../record/named-pods.ts';
import type { RoutedSet } from './routes.ts';

/** An app that calls itself something else in each answer must not fill our memory. */
export const mostNames = 10_000;

/** New connections made while one set of replicas was to be chosen from, by where they went. */
export class Choices {
  readonly byPod = new Map<string, number>();
  /** Of answers that named a replica where the platform did not. */
  readonly byName = new Map<string, number>();
  unknown = 0;

  add(pod: string | null, name: string | null): void {
    if (pod !== null) this.byPod.set(pod, (this.byPod.get(pod) ?? 0) + 1);
    else if (name !== null && (this.byName.has(name) || this.byName.size < mostNames))
      this.byName.set(name, (this.byName.get(name) ?? 0) + 1);
    else this.unknown++;
  }
}

export interface ResolvedChoices {
  /** Of every replica in the set, also those that were never chosen. */
  counts: Map<string, number>;
  unknown: number;
  /** To replicas that were not in the set. */
  strays: number;
  /** All but strays. */
  number: number;
}

/** What each set's connections chose, once it is known which pod goes by which name. */
export function resolve(
  choices: readonly (Choices | undefined)[],
  sets: readonly RoutedSet[],
  podOfName: ReadonlyMap<string, string>,
): ResolvedChoices[] {
  return choices.flatMap((of, set) => {
    const pods = (sets[set] as RoutedSet).pods;
    if (of === undefined || pods.length === 0) return [];
    const counts = new Map(pods.map((pod) => [pod, 0]));
    let { unknown } = of;
    let strays = 0;
    for (const [pod, number] of of.byPod) {
      if (counts.has(pod)) counts.set(pod, (counts.get(pod) as number) + number);
      else strays += number;
    }
    for (const [name, number] of of.byName) {
      const pod = inSet(podOfName.get(name) ?? name, pods);
      if (counts.has(pod)) counts.set(pod, (counts.get(pod) as number) + number);
      else unknown += number;
    }
    const known = [...counts.values()].reduce((a, b) => a + b, 0);
    return [{ counts, unknown, strays, number: known + unknown }];
  });
}

/** Of replicas that have a name one after the other a set holds one. */
function inSet(name: string, pods: readonly string[]): string {
  return pods.includes(name) ? name : (pods.find((pod) => platformName(pod) === name) ?? name);
}

/** Connections of which nobody knows where they went, as if they had gone where fewest did: they raise no alarm. */
export function leveled(counts: ReadonlyMap<string, number>, unknown: number): Map<string, number> {
  const level = new Map(counts);
  for (let left = unknown; left > 0; left--) {
    const [pod, number] = [...level].reduce((least, one) => (one[1] < least[1] ? one : least));
    level.set(pod, number + 1);
  }
  return level;
}

export interface Chances {
  /** So many connections could have chosen it; so many did. */
  number: number;
  chosen: number;
  /** How likely it is that none of them does. */
  unlucky: number;
  /** Connections of its sets that may have chosen it. */
  unknown: number;
  /** There was never another to choose. */
  alone: boolean;
}

export function chancesOf(strata: readonly ResolvedChoices[]): Map<string, Chances> {
  const chances = new Map<string, Chances>();
  for (const { counts, number, unknown } of strata) {
    for (const [pod, chosen] of counts) {
      const before = chances.get(pod) ?? { number: 0, chosen: 0, unlucky: 1, unknown: 0, alone: true };
      chances.set(pod, {
        number: before.number + number,
        chosen: before.chosen + chosen,
        unlucky: before.unlucky * (1 - 1 / counts.size) ** number,
        unknown: before.unknown + unknown,
        alone: before.alone && counts.size === 1,
      });
    }
  }
  return chances;
}
