import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { foldAttempts } from '../../../record/attempts-reader.ts';
import { nowUs } from '../../../record/clock.ts';
import type { Fold } from '../../../record/fold.ts';
import { Interrupted, sleepUs } from '../../steps/wait-for.ts';
import type { Lane } from '../../traffic/lane.ts';
import { prepareTraffic } from '../../traffic/threads.ts';
import type { LaneCounts, Traffic } from '../../traffic/traffic.ts';
import { type MachineUse, watchMachine } from '../machine/use.ts';
import { closedLoopThreads, stopped } from '../sending.ts';
import { laneOfStage, type Subject as MeasuredSubject, type TimedLoad } from '../stage.ts';
import { type Block, type BlockTotals, blockTotals } from './blocks.ts';
import type { Subject } from './order.ts';
import { type CpuReading, cpuBetween, readCpu, type ServerProcess } from './server-cpu.ts';
import type { Totals } from './totals.ts';

export interface Interleaving {
  subjects: Readonly<Record<Subject, MeasuredSubject>>;
  load: TimedLoad;
  /** Their times count from the start of traffic. */
  blocks: readonly Block[];
  /** Of each target on this machine; empty where nobody knows. */
  processes: Readonly<Record<Subject, readonly ServerProcess[]>>;
  seed: number;
  mostRequests: number;
  threads: number | null;
  attemptsFile: string;
  keepAttempts: boolean;
  signal: AbortSignal;
  /** Before each block, and at the end. */
  onBlock(done: number, counts: readonly LaneCounts[]): void;
}

export interface Interleaved<More> {
  /** Of each block that was done, in their order. */
  totals: Totals[];
  /** How busy machine and generator were in each. */
  use: MachineUse[];
  /** From the start of traffic to its end, on the clock of the record. */
  stretch: { fromUs: number; toUs: number };
  more: More;
}

/** How long before a block the CPU times are read: what was under way has ended, and nothing new has begun. */
const readBeforeUs = 3_000;

/**
 * Sends to both targets in turn, block by block, on connections that stay open; reads the CPU times of their processes
 * in the rests between blocks. `more`: what else is wanted of the record, given the moment that traffic began at. When
 * the signal aborts, the blocks that were done until then come back. Rejects as prepareTraffic does, and where the record
 * cannot be written or read.
 */
export async function interleave<More>(
  plan: Interleaving,
  more: (stretch: { fromUs: number; toUs: number }) => Fold<More>,
): Promise<Interleaved<More>> {
  mkdirSync(dirname(plan.attemptsFile), { recursive: true });
  try {
    return await interleaveInto(plan, more);
  } finally {
    if (!plan.keepAttempts) rmSync(plan.attemptsFile, { force: true });
  }
}

async function interleaveInto<More>(
  plan: Interleaving,
  more: (stretch: { fromUs: number; toUs: number }) => Fold<More>,
): Promise<Interleaved<More>> {
  const { subjects, blocks, load, signal, attemptsFile } = plan;
  const broken = new AbortController();
  let failure: Error | null = null;
  const traffic = await prepareTraffic(
    {
      lanes: (['A', 'B'] as const).map((subject) => laneOf(subject, plan)),
      identity: {},
      route: subjects.A.route,
      services: new Map([['B', subjects.B.route]]),
      seed: plan.seed,
      attemptsFile,
      onEvent: () => {},
      onError: (error) => {
        failure ??= error;
        broken.abort();
      },
    },
    Math.min(plan.threads ?? closedLoopThreads(), load.connections),
  );
  const ended = AbortSignal.any([signal, broken.signal]);
  const fromUs = traffic.start();
  const rests = await readInRests(plan, traffic, fromUs, ended);
  await stopped(traffic, ended);
  const toUs = nowUs();
  if (failure !== null) throw failure;
  const done = blocks
    .slice(0, Math.max(0, rests.length - 1))
    .map((block) => ({ ...block, fromUs: fromUs + block.fromUs, toUs: fromUs + block.toUs }));
  const stretch = { fromUs, toUs };
  const connections = load.model === 'closed' ? load.connections : null;
  const [totals, other] = foldAttempts(attemptsFile, [blockTotals(done, connections), more(stretch)]).results as [
    BlockTotals[],
    More,
  ];
  return {
    totals: totals.map((each, index) => ({ ...each, cpuUs: cpuOf(done[index] as Block, rests, index) })),
    use: rests.slice(1).flatMap(({ use }) => (use === null ? [] : [use])),
    stretch,
    more: other,
  };
}

function laneOf(subject: Subject, { subjects, load, blocks, mostRequests }: Interleaving): Lane {
  const seconds = (blocks.at(-1)?.toUs ?? 0) / 1e6;
  const lane = laneOfStage(subjects[subject], { name: subject, load, seconds }, subject, mostRequests);
  const turns = blocks.filter((block) => block.subject === subject);
  return { ...lane, service: subject === 'B' ? 'B' : null, turns };
}

interface Rest {
  cpu: Readonly<Record<Subject, CpuReading>>;
  /** Since the rest before it. */
  use: MachineUse | null;
}

/** One before each block and one behind the last; fewer where it was cut short. */
async function readInRests(
  { blocks, processes, onBlock }: Interleaving,
  traffic: Traffic,
  fromUs: number,
  ended: AbortSignal,
): Promise<Rest[]> {
  const rests: Rest[] = [];
  const last = blocks.at(-1);
  const restUs = Math.max(readBeforeUs, blocks[0]?.fromUs ?? 0);
  const moments = [...blocks.map((block) => block.fromUs), (last?.toUs ?? 0) + restUs];
  let machine: ReturnType<typeof watchMachine> | null = null;
  try {
    for (const [index, moment] of moments.entries()) {
      await sleepUs(Math.max(0, fromUs + moment - readBeforeUs - nowUs()), ended);
      rests.push({ cpu: { A: readCpu(processes.A), B: readCpu(processes.B) }, use: machine?.lap() ?? null });
      machine ??= watchMachine();
      onBlock(index, traffic.counts());
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  return rests;
}

/** Of its target's processes, from the rest before a block to the one behind it. */
function cpuOf({ subject }: Block, rests: readonly Rest[], index: number): number | null {
  const [before, after] = [rests[index], rests[index + 1]];
  return before === undefined || after === undefined ? null : cpuBetween(before.cpu[subject], after.cpu[subject]);
}
