import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { foldAttempts } from '../../record/attempts-reader.ts';
import type { BenchRound } from '../../record/bench-result.ts';
import { nowUs } from '../../record/clock.ts';
import { prepareEngines } from '../engines/mix.ts';
import { prepareTraffic } from '../traffic/threads.ts';
import type { LaneCounts, Traffic, TrafficOptions } from '../traffic/traffic.ts';
import { type Figures, figuresOf, type Stretch } from './figures.ts';
import { watchMachine } from './machine/use.ts';
import { roundOf } from './round.ts';
import { closedLoopThreads, lookEveryMs, stopped } from './sending.ts';
import { laneOfStage, type StagePlan, type Subject } from './stage.ts';

/** How a round is going. */
export interface RoundProgress {
  stage: StagePlan;
  round: number;
  elapsedMs: number;
  counts: LaneCounts;
}

export interface MeasureOptions {
  /** Where the record of a round goes. */
  folder: string;
  keepAttempts: boolean;
  seed: number;
  /** Part of a stage that is left out: found in it, or so many ms. */
  warmUp: 'auto' | number;
  /** A round ends when it has planned so many. */
  mostRequests: number;
  /** Traffic threads; null: as many as the load needs. */
  threads: number | null;
  /** Of the clock: what the times of rounds count from. */
  startedUs: number;
  signal: AbortSignal;
  onProgress(progress: RoundProgress): void;
}

export interface Measured {
  round: BenchRound;
  /** Not cut short by the user. */
  complete: boolean;
}

/**
 * So many may wait for a connection: a plan beyond what the server or this machine can do is not followed until memory is
 * full. Those that wait fail when they have waited for as long as a connection may take to open.
 */
const mostWaiting = 50_000;

/**
 * One round of a stage: sends for its time, waits for what is under way, reads the record and, unless it is to be kept,
 * removes it. Takes half a second and up to the lane's limits longer than the stage. Rejects with a HitlessError where the
 * lane or the route cannot be used, or the record cannot be written or read. When the signal aborts it ends within a
 * second, with what was seen until then.
 */
export async function measureRound(
  subject: Subject,
  stage: StagePlan,
  round: number,
  options: MeasureOptions,
): Promise<Measured> {
  const name = `${stage.name}.${round}`;
  const attemptsFile = attemptsFileOf(options.folder, name);
  try {
    return await measureInto(attemptsFile, name, subject, stage, round, options);
  } finally {
    if (!options.keepAttempts) rmSync(attemptsFile, { force: true });
  }
}

/** Where the attempts of a round are: `attempts/closed-10.1.arrows` for the first one of that stage. */
export function attemptsFileOf(folder: string, name: string): string {
  return join(folder, 'attempts', `${name}.arrows`);
}

async function measureInto(
  attemptsFile: string,
  name: string,
  subject: Subject,
  stage: StagePlan,
  round: number,
  options: MeasureOptions,
): Promise<Measured> {
  mkdirSync(join(options.folder, 'attempts'), { recursive: true });
  const { signal, startedUs } = options;
  const broken = new AbortController();
  let failure: Error | null = null;
  const traffic = await prepare(
    {
      lanes: [laneOfStage(subject, stage, name, options.mostRequests)],
      identity: {},
      route: subject.route,
      seed: options.seed + round,
      attemptsFile,
      onEvent: () => {},
      onError: (error) => {
        failure ??= error;
        broken.abort();
      },
    },
    stage,
    options,
  );
  const ended = AbortSignal.any([signal, broken.signal]);
  const machine = watchMachine();
  const fromUs = traffic.start();
  const tell = () => {
    const [counts] = traffic.counts();
    if (counts) options.onProgress({ stage, round, elapsedMs: (nowUs() - fromUs) / 1000, counts });
  };
  const cutShort = await whilePlanned(traffic, fromUs + stage.seconds * 1e6, ended, tell);
  const toUs = Math.max(fromUs + 1, nowUs());
  const use = machine.lap();
  await stopped(traffic, ended, tell);
  if (failure !== null) throw failure;
  const loop = stage.load.model;
  const stretch: Stretch = { fromUs, toUs };
  const [figures] = foldAttempts(attemptsFile, [figuresOf(stretch, loop, options.warmUp)]).results as [Figures];
  const measured: BenchRound = {
    ...roundOf(figures, { round, stretch, startedUs, load: stage.load, machine: use, cutShort }),
    ...(figures.planned >= options.mostRequests && { why: `it was to end at ${options.mostRequests} requests` }),
  };
  return { round: measured, complete: !signal.aborted };
}

function prepare(traffic: TrafficOptions, { load }: StagePlan, { threads }: MeasureOptions): Promise<Traffic> {
  if (traffic.lanes.some(({ engine }) => engine !== 'builtin')) return prepareEngines(traffic);
  const wanted = threads ?? (load.model === 'closed' ? closedLoopThreads() : undefined);
  return prepareTraffic(traffic, wanted === undefined ? undefined : Math.min(wanted, load.connections));
}

/** True where it was ended before its time, as too many requests waited. */
async function whilePlanned(traffic: Traffic, untilUs: number, ended: AbortSignal, tell: () => void): Promise<boolean> {
  let isFinished = false;
  void traffic.finished.then(() => {
    isFinished = true;
  });
  for (let left = untilUs - nowUs(); left > 0 && !isFinished && !ended.aborted; left = untilUs - nowUs()) {
    const looking = wait(Math.min(lookEveryMs, Math.ceil(left / 1000)), undefined, { signal: ended }).catch(() => {});
    await Promise.race([looking, traffic.finished]);
    tell();
    const waiting = traffic.counts().reduce((sum, { planned, sent, unsent }) => sum + planned - sent - unsent, 0);
    if (waiting > mostWaiting) return true;
  }
  return false;
}
