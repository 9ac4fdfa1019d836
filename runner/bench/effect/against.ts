import { join } from 'node:path';
import type { BenchResult, BenchRound } from '../../../record/bench-result.ts';
import { nowUs } from '../../../record/clock.ts';
import type { Effect, MeasureName } from '../../../record/effect.ts';
import { runVerdicts } from '../../../record/effect-names.ts';
import type { Fold } from '../../../record/fold.ts';
import type { LaneCounts } from '../../traffic/traffic.ts';
import { type Figures, figuresWithin } from '../figures.ts';
import { benchEnvironment } from '../machine/environment.ts';
import { measureNoise } from '../machine/noise.ts';
import type { MachineUse } from '../machine/use.ts';
import { benchResult } from '../result.ts';
import { roundOf } from '../round.ts';
import type { Subject as MeasuredSubject, StagePlan } from '../stage.ts';
import { type Block, blocksOf } from './blocks.ts';
import { effectOf, type Group } from './effect.ts';
import { interleave } from './interleave.ts';
import { blockOrder, type Subject } from './order.ts';
import { firstPace, groupsIn, leastGroups, type Pace, paceOf } from './pace.ts';
import type { ServerProcess } from './server-cpu.ts';
import { sumOf, type Totals, valuesOf } from './totals.ts';

export interface AgainstPlan {
  /** A: the candidate. B: the baseline. */
  subjects: Readonly<Record<Subject, MeasuredSubject & { url: string }>>;
  target: BenchResult['target'];
  /** `seconds`: of everything, both targets and the warm-up. */
  stage: StagePlan;
  tolerance: number;
  /** null: as the load has it. */
  decides: readonly MeasureName[] | null;
  processes: Readonly<Record<Subject, readonly ServerProcess[]>>;
}

export interface AgainstOptions {
  folder: string;
  keepAttempts: boolean;
  seed: number;
  mostRequests: number;
  threads: number | null;
  signal: AbortSignal;
  hitless: string;
  command: string[];
  onProgress(progress: AgainstProgress): void;
}

export interface AgainstProgress {
  phase: 'warm-up' | 'measuring';
  elapsedMs: number;
  blocks: number;
  done: number;
  counts: readonly LaneCounts[];
}

/** Part of the time that both targets are warmed up for, and its bounds in us. */
const warmUpShare = 0.1;
const warmUpUs = { least: 2e6, most: 10e6 };

/**
 * Holds two live targets against each other in one run: warms both up, then sends to them in turn, and says how A differs
 * from B. When the signal aborts, what was seen until then is judged, and marked as not complete. Rejects as interleave does.
 */
export async function benchAgainst(plan: AgainstPlan, options: AgainstOptions): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const startedUs = nowUs();
  const noiseBefore = measureNoise();
  const totalUs = plan.stage.seconds * 1e6;
  const warmUs = Math.min(totalUs / 2, Math.max(warmUpUs.least, Math.min(warmUpUs.most, warmUpShare * totalUs)));
  const warmed = await run(plan, options, 'warm-up', warmUs, firstPace, () => nothing);
  const seen = warmed.totals.slice(Math.floor(warmed.totals.length / 2));
  const pace = paceOf(seen, totalUs - warmUs);
  const measured = await run(plan, options, 'measuring', totalUs - warmUs, pace, figuresOfBoth);
  const { totals, use, stretch, more, blocks } = measured;
  const rounds = subjects.map((subject) => {
    const own = <T>(all: readonly T[]) => all.filter((_, index) => blocks[index]?.subject === subject);
    const sum = sumOf(own(totals));
    // Of its own turns alone.
    const figures = { ...more[subject], ratePerS: valuesOf(sum).rate ?? 0 };
    const machine = meanUse(own(use), pace);
    const round: BenchRound = {
      ...roundOf(figures, { round: 1, stretch, startedUs, load: plan.stage.load, machine }),
      ...(sum.cpuUs !== null && { serverCpuMs: sum.cpuUs / 1000 }),
    };
    return { subject, round };
  });
  const limited = rounds.filter(({ round }) => round.generatorLimited);
  const effect = effectOf(groupsOf(blocks, totals), {
    tolerance: plan.tolerance,
    decides: plan.decides ?? decidingOf(plan),
    seed: options.seed,
    candidate: { name: plan.subjects.A.url, ...processNames(plan.processes.A) },
    baseline: { name: plan.subjects.B.url, ...processNames(plan.processes.B) },
    generatorLimit: limited[0]?.round.why ?? null,
  });
  const order = blocks.map(({ subject }) => subject).join('');
  const values = totals.map(valuesOf);
  const ms = (us: number | null) => (us === null ? null : us / 1000);
  return judged(
    benchResult({
      complete: !options.signal.aborted,
      kind: 'url',
      target: plan.target,
      startedAt,
      durationMs: (nowUs() - startedUs) / 1000,
      seed: options.seed,
      command: options.command,
      plan: {
        stages: [plan.stage],
        rounds: Math.max(1, blocks.length / 4),
        warmUp: warmUs / 1000,
        objectives: [],
        tolerance: plan.tolerance,
      },
      stages: rounds.map(({ subject, round }) => ({
        name: plan.stage.name,
        load: plan.stage.load,
        subject,
        rounds: [round],
      })),
      objectives: [],
      noiseBefore,
      environment: benchEnvironment(options.hitless),
      lane: plan.subjects.A.lane,
    }),
    {
      ...effect,
      blocks: {
        ms: pace.blockUs / 1000,
        restMs: pace.restUs / 1000,
        order,
        warmUpMs: warmUs / 1000,
        ratePerS: values.map(({ rate }) => rate ?? 0),
        cpuUs: values.map(({ cpu }) => cpu),
        p50Ms: values.map(({ p50 }) => ms(p50)),
        p99Ms: values.map(({ p99 }) => ms(p99)),
      },
    },
  );
}

const subjects = ['A', 'B'] as const;
const nothing: Fold<null> = { batch: () => {}, done: () => ({ result: null }) };

/** Sends for so long; only groups that were done whole are told of. */
async function run<More>(
  plan: AgainstPlan,
  options: AgainstOptions,
  phase: AgainstProgress['phase'],
  us: number,
  pace: Pace,
  more: (stretch: { fromUs: number; toUs: number }) => Fold<More>,
) {
  const groups = Math.max(1, groupsIn(us, pace));
  const blocks = blocksOf(blockOrder(groups, options.seed + (phase === 'warm-up' ? 1 : 0)), { fromUs: 0, ...pace });
  const startedUs = nowUs();
  const done = await interleave(
    {
      subjects: plan.subjects,
      load: plan.stage.load,
      blocks,
      processes: plan.processes,
      seed: options.seed,
      mostRequests: options.mostRequests,
      threads: options.threads,
      attemptsFile: join(options.folder, 'attempts', `${phase}.arrows`),
      keepAttempts: options.keepAttempts && phase === 'measuring',
      signal: options.signal,
      onBlock: (index, counts) =>
        options.onProgress({
          phase,
          elapsedMs: (nowUs() - startedUs) / 1000,
          blocks: blocks.length,
          done: index,
          counts,
        }),
    },
    more,
  );
  const whole = done.totals.length - (done.totals.length % 4);
  // The connections are opened in the first group.
  const first = whole > 4 * leastGroups ? 4 : 0;
  return {
    ...done,
    blocks: blocks.slice(first, whole),
    totals: done.totals.slice(first, whole),
    use: done.use.slice(first, whole),
  };
}

/** Of both lanes, everything that was sent. */
function figuresOfBoth(stretch: { fromUs: number; toUs: number }): Fold<Record<Subject, Figures>> {
  const folds = subjects.map((subject) => figuresWithin(stretch, new Set([subject])));
  return {
    batch: (batch) => {
      for (const fold of folds) fold.batch(batch);
    },
    done: () => {
      const [A, B] = folds.map((fold) => (fold.done() as { result: Figures }).result);
      return { result: { A: A as Figures, B: B as Figures } };
    },
  };
}

function groupsOf(blocks: readonly Block[], totals: readonly Totals[]): Group[] {
  return Array.from({ length: Math.floor(totals.length / 4) }, (_, group) => {
    const indices = [0, 1, 2, 3].map((each) => 4 * group + each);
    const of = (subject: Subject) => {
      const own = indices.filter((index) => blocks[index]?.subject === subject);
      return own.map((index) => totals[index]) as [Totals, Totals];
    };
    return { candidate: of('A'), baseline: of('B') };
  });
}

/** A closed loop shows in its rate what an open one shows in its latency; CPU time shows in both. */
function decidingOf({ stage, processes }: AgainstPlan): MeasureName[] {
  const known = processes.A.length > 0 && processes.B.length > 0;
  return [
    ...(stage.load.model === 'closed' ? (['rate'] as const) : (['p50', 'p99'] as const)),
    ...(known ? (['cpu'] as const) : []),
  ];
}

function processNames(processes: readonly ServerProcess[]): { processes?: string[] } {
  return processes.length === 0 ? {} : { processes: processes.map(({ name, pid }) => `${name} ${pid}`) };
}

/** While it was the target's turn: in the rests the generator has nothing to do. */
function meanUse(use: readonly MachineUse[], { blockUs, restUs }: Pace): MachineUse {
  const inTurn = blockUs / (blockUs + restUs);
  const mean = (name: 'idle' | 'steal' | 'threadBusy' | 'threadWaited') => {
    const known = use.map((each) => each[name]).filter((each) => each !== null);
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
  };
  const ofTurn = (share: number | null) => (share === null ? null : Math.min(1, share / inTurn));
  return {
    idle: mean('idle'),
    steal: mean('steal'),
    threadBusy: ofTurn(mean('threadBusy')),
    threadWaited: ofTurn(mean('threadWaited')),
    threads: use[0]?.threads ?? 0,
  };
}

/** What the comparison says is what the bench says. */
function judged(result: BenchResult, effect: Effect): BenchResult {
  const cut = result.complete ? [] : ['it was cut short'];
  return {
    ...result,
    verdict: result.complete || effect.verdict === 'worse' ? runVerdicts[effect.verdict] : 'inconclusive',
    reasons: [...effect.reasons, ...cut],
    effect,
  };
}
