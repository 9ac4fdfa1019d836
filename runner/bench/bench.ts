import type { BenchResult } from '../../record/bench-result.ts';
import { nowUs } from '../../record/clock.ts';
import { Interrupted } from '../steps/wait-for.ts';
import { benchEnvironment } from './machine/environment.ts';
import { measureNoise } from './machine/noise.ts';
import { type MeasureOptions, measureRound, type RoundProgress } from './measure.ts';
import { judgeObjective, type Objective } from './objective.ts';
import { benchResult, Rounds } from './result.ts';
import { type SearchOptions, searchRate, type Trial } from './search.ts';
import { openStage, type StagePlan, type Subject } from './stage.ts';

/** What is to be measured of a URL. */
export interface BenchPlan {
  subject: Subject;
  /** Of the whole URL, and how it is asked: for the reader. */
  target: BenchResult['target'];
  stages: readonly StagePlan[];
  rounds: number;
  warmUp: 'auto' | number;
  objectives: readonly Objective[];
  /** In place of the stages: rates are tried, each as `stages[0]` has it. */
  search: (Omit<SearchOptions, 'objective'> & { objective: Objective }) | null;
}

export interface BenchOptions
  extends Pick<MeasureOptions, 'folder' | 'keepAttempts' | 'seed' | 'mostRequests' | 'threads' | 'signal'> {
  /** Version of hitless, and the words it was called with. */
  hitless: string;
  command: string[];
  onProgress(progress: RoundProgress & { rounds: number }): void;
}

/**
 * Measures a URL: its stages one after the other, and all of them again for each round, so that what drifts meanwhile meets
 * all of them. When the signal aborts what was measured until then comes back, as not complete. Rejects as measureRound does.
 */
export async function benchUrl(plan: BenchPlan, options: BenchOptions): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const startedUs = nowUs();
  const noiseBefore = measureNoise();
  const measuring = new Measuring(plan, options, startedUs);
  const search = plan.search === null ? undefined : await measuring.search(plan.search);
  if (plan.search === null) await measuring.allRounds();
  const { rounds, warmUp, objectives, stages } = plan;
  return benchResult({
    complete: measuring.complete,
    kind: 'url',
    target: plan.target,
    startedAt,
    durationMs: (nowUs() - startedUs) / 1000,
    seed: options.seed,
    command: options.command,
    plan: { stages: [...stages], rounds, warmUp, objectives: objectives.map(({ asked }) => asked) },
    stages: measuring.rounds.stages,
    objectives,
    ...(search !== undefined && { search }),
    noiseBefore,
    environment: benchEnvironment(options.hitless),
    lane: plan.subject.lane,
  });
}

class Measuring {
  readonly rounds = new Rounds();
  complete = true;
  readonly #plan: BenchPlan;
  readonly #options: BenchOptions;
  readonly #startedUs: number;

  constructor(plan: BenchPlan, options: BenchOptions, startedUs: number) {
    this.#plan = plan;
    this.#options = options;
    this.#startedUs = startedUs;
  }

  async allRounds(): Promise<void> {
    for (let round = 1; round <= this.#plan.rounds; round++)
      for (const stage of this.#plan.stages) {
        await this.#measure(stage, round);
        if (!this.complete) return;
      }
  }

  /** Undefined where it was cut short. */
  async search(search: NonNullable<BenchPlan['search']>): Promise<BenchResult['search']> {
    const { asked } = search.objective;
    try {
      return await searchRate({ ...search, objective: asked }, (rate) => this.#try(rate, search.objective));
    } catch (error) {
      if (error instanceof Interrupted) return undefined;
      throw error;
    }
  }

  async #try(rate: number, objective: Objective): Promise<Trial> {
    const [like] = this.#plan.stages;
    if (like?.load.model !== 'open') throw new Error('a search needs an open stage');
    const stage = openStage({ ...like.load, rate }, like.seconds);
    const before = this.rounds.stages.find(({ name }) => name === stage.name)?.rounds.length ?? 0;
    const round = await this.#measure(stage, before + 1);
    if (!this.complete) throw new Interrupted();
    const { generatorLimited, limitedBy, why } = round;
    const { verdict, message } = judgeObjective(objective, { name: stage.name, rounds: [round], generatorLimited });
    // A rate that the server does not follow is not held, however quick its answers are.
    const fell = verdict === 'held' && limitedBy === 'server';
    const result = fell ? 'broken' : verdict;
    const said = generatorLimited || fell ? `${message}; ${why}` : message;
    return { stage: stage.name, rate, seconds: stage.seconds, result, message: said };
  }

  async #measure(stage: StagePlan, round: number) {
    const { subject, warmUp, rounds } = this.#plan;
    const measured = await measureRound(subject, stage, round, {
      ...this.#options,
      warmUp,
      startedUs: this.#startedUs,
      onProgress: (progress) => this.#options.onProgress({ ...progress, rounds }),
    });
    this.complete &&= measured.complete;
    this.rounds.add(stage, measured.round);
    return measured.round;
  }
}
