import type { BenchResult, BenchRound, BenchStage } from '../../record/bench-result.ts';
import type { Lane } from '../traffic/lane.ts';
import { notesOf } from './notes.ts';
import { judgeObjective, type Objective } from './objective.ts';
import type { StagePlan } from './stage.ts';
import { summaryOf } from './summary.ts';
import { verdictOf } from './verdict.ts';

/** What was measured, and under what circumstances. */
export interface Bench
  extends Pick<
    BenchResult,
    'complete' | 'kind' | 'target' | 'startedAt' | 'durationMs' | 'seed' | 'command' | 'plan' | 'environment'
  > {
  stages: Omit<BenchStage, 'summary'>[];
  objectives: readonly Objective[];
  search?: BenchResult['search'];
  noiseBefore: BenchResult['noise']['before'];
  /** Of a scenario: how it was judged as a run. */
  run?: Pick<BenchResult, 'verdict' | 'reasons'>;
  /** What was sent; null where a scenario's lanes did. */
  lane: Lane | null;
}

/** Rounds of stages, by stage, in the order in which the stages were first seen. */
export class Rounds {
  readonly #stages = new Map<string, Omit<BenchStage, 'summary'>>();

  add({ name, load }: StagePlan, round: BenchRound): void {
    const stage = this.#stages.get(name);
    if (stage === undefined) this.#stages.set(name, { name, load, rounds: [round] });
    else stage.rounds.push(round);
  }

  get stages(): Omit<BenchStage, 'summary'>[] {
    return [...this.#stages.values()];
  }
}

/** The whole `hitless/bench@1`: sums up the rounds, judges the objectives, says what a reader has to know. */
export function benchResult(bench: Bench): BenchResult {
  const { stages: measured, objectives: asked, search, noiseBefore, lane, run, ...known } = bench;
  const stages: BenchStage[] = measured.map((stage) => ({ ...stage, summary: summaryOf(stage.rounds) }));
  const objectives = search === undefined ? stages.flatMap((stage) => judged(stage, asked)) : [];
  const noise = { before: noiseBefore, ...meanUse(stages.flatMap(({ rounds }) => rounds)) };
  const facts = { ...known, stages, objectives, noise, ...(search !== undefined && { search }) };
  return {
    schema: 'hitless/bench@1',
    ...facts,
    engine: lane?.engine ?? 'builtin',
    ...verdictOf({ ...facts, ...(run !== undefined && { run }) }),
    notes: notesOf(facts, lane),
  };
}

function judged({ name, subject, rounds, summary }: BenchStage, objectives: readonly Objective[]) {
  const { generatorLimited } = summary;
  const stage = { name: subject === undefined ? name : `${name} of ${subject}`, rounds, generatorLimited };
  return objectives.map((objective) => judgeObjective(objective, stage));
}

/** Of all rounds, each as long as it was. */
function meanUse(rounds: readonly BenchRound[]): { idle: number | null; steal: number | null } {
  const mean = (name: 'idle' | 'steal') => {
    const known = rounds.flatMap(({ machine, fromMs, toMs }) => {
      const share = machine[name];
      return share === null ? [] : [{ share, ms: toMs - fromMs }];
    });
    const all = known.reduce((sum, { ms }) => sum + ms, 0);
    return all > 0 ? known.reduce((sum, { share, ms }) => sum + share * ms, 0) / all : null;
  };
  return { idle: mean('idle'), steal: mean('steal') };
}
