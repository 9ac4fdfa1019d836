import { foldAttempts } from '../../record/attempts-reader.ts';
import type { BenchLoad, BenchStage } from '../../record/bench-result.ts';
import type { RunFacts, StepFacts } from '../../record/facts.ts';
import { factsOfApp } from '../../record/lane-roles.ts';
import { type Figures, figuresWithin, type StretchWithTail } from './figures.ts';
import type { MachineUse } from './machine/use.ts';
import { roundOf } from './round.ts';

type Part = Extract<BenchLoad, { model: 'scenario' }>['part'];
type Named = StretchWithTail & { name: string; part: Part };

/** What leaves the deployment as it is; every other step may change it. */
const calm = new Set(['deploy', 'hold']);
/** A run does not watch the machine as a bench of a URL does. */
const unwatched: MachineUse = { idle: null, steal: null, threadBusy: null, threadWaited: null, threads: 0 };

/**
 * A run's traffic by what was done meanwhile: before, while and after the deployment changed, and in each step, all lanes
 * of the app together, each request in the step in which the plan wanted it, and in the rate of the one in which it was sent. After
 * the last step nothing is planned: what is still under way then is its own. Throws as reading the attempts does.
 */
export function stagesOfRun(facts: RunFacts, attemptsFile: string): Omit<BenchStage, 'summary'>[] {
  const lanes = factsOfApp(facts).lanes.map(({ name }) => name);
  const stretches = stretchesOf(facts);
  const app = new Set(lanes);
  const { results } = foldAttempts(
    attemptsFile,
    stretches.map((stretch) => figuresWithin(stretch, app)),
  );
  const once = { round: 1, startedUs: facts.trafficFromUs, machine: unwatched };
  return stretches.flatMap((stretch, index) => {
    const figures = results[index] as Figures;
    const load: BenchLoad = { model: 'scenario', part: stretch.part, lanes };
    return figures.planned === 0
      ? []
      : [{ name: stretch.name, load, rounds: [roundOf(figures, { ...once, stretch, load })] }];
  });
}

function stretch(name: string, part: Part, fromUs: number, toUs: number): Named[] {
  return toUs > fromUs ? [{ name, part, fromUs, toUs }] : [];
}

function ofStep({ index, name, fromUs, toUs }: StepFacts, notBeforeUs: number): Named[] {
  return stretch(`${index + 1}. ${name}`, 'step', Math.max(fromUs, notBeforeUs), toUs);
}

function stretchesOf({ steps, trafficFromUs, trafficToUs }: RunFacts): Named[] {
  const during = steps.filter(({ toUs, rollback }) => toUs > trafficFromUs && rollback !== true);
  const changes = during.filter(({ verb }) => !calm.has(verb));
  const first = changes[0]?.fromUs ?? trafficToUs;
  const last = changes.reduce((latest, { toUs }) => Math.max(latest, toUs), trafficFromUs);
  const plannedToUs = Math.min(trafficToUs, Math.max(trafficFromUs, ...steps.map(({ toUs }) => toUs)));
  const phases =
    changes.length === 0
      ? []
      : [
          ...stretch('before', 'before', trafficFromUs, first),
          ...stretch('change', 'change', Math.max(first, trafficFromUs), last),
          ...stretch('after', 'after', last, plannedToUs),
        ];
  const tail = (stretches: Named[]) =>
    stretches.map((one) => (one.toUs >= plannedToUs ? { ...one, untilUs: trafficToUs } : one));
  return [...tail(phases), ...tail(during.flatMap((step) => ofStep(step, trafficFromUs)))];
}
