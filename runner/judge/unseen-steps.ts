import type { RunFacts, StepFacts } from '../../record/facts.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { overlap, type Stretch } from '../check/stretch.ts';

/** Steps that do something to the app. */
const verbs: readonly string[] = ['rollout', 'undo', 'scale', 'switch', 'kill'];

/** What a step did shows for as long at least: `settle`, as after a rollout. A custom step may be over in no time. */
const leastUs = 1_000_000;

/** The steps that changed something, after traffic had begun, while no request was sent: a run that saw none of it. */
export function unseenSteps(facts: RunFacts): Fold<StepFacts[]> {
  let unseen = facts.steps
    .filter((step) => step.toUs >= facts.trafficFromUs && changesSomething(step, facts))
    .map((step) => ({ step, stretch: stretchOf(step) }));
  return {
    batch({ length, outcome, sentUs }: AttemptBatch): void {
      for (let row = 0; row < length && unseen.length > 0; row++) {
        const sent = sentUs[row] as number;
        if (outcome.at(row) === 'unsent') continue;
        if (unseen.some(({ stretch }) => isWithin(sent, stretch)))
          unseen = unseen.filter(({ stretch }) => !isWithin(sent, stretch));
      }
    },
    done: () => ({ result: unseen.map(({ step }) => step) }),
  };
}

/**
 * A function of a scenario's own, or a command, may only look; it did something where something happened to the app
 * meanwhile. Where the platform tells nothing at all, a command is taken for the rollout.
 */
function changesSomething(step: StepFacts, { events }: RunFacts): boolean {
  if (step.verb !== 'custom' && step.verb !== 'run') return verbs.includes(step.verb);
  const ours: readonly string[] = ['step', 'lane', 'run'];
  const told = events.filter(({ subject }) => !ours.includes(subject.kind));
  if (told.length === 0) return step.verb === 'run';
  // It may have happened at any moment of its interval, and while the platform was not watched anything may have.
  return told.some(
    ({ earliestUs, latestUs }) => overlap({ fromUs: earliestUs, toUs: latestUs }, stretchOf(step)) !== null,
  );
}

function stretchOf({ fromUs, toUs }: StepFacts): Stretch {
  return { fromUs, toUs: Math.max(toUs, fromUs + leastUs) };
}

function isWithin(us: number, { fromUs, toUs }: Stretch): boolean {
  return fromUs <= us && us <= toUs;
}
