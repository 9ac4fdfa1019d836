import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Plan, planOf } from './executors.ts';
import type { Flags } from './flags.ts';
import { Lines } from './lines.ts';
import { fail, log } from './log.ts';
import { Measurements } from './measurements.ts';
import type { Hook } from './messages.ts';
import { VuThread } from './vu-thread.ts';
import { wallNs } from './wall.ts';

/** How long an iteration may go on after its executor has ended. */
const defaultGracefulStopMs = 30_000;

/** One run of a script, to the exit. */
export async function run(flags: Flags, version: string): Promise<void> {
  let signals = 0;
  let cut: () => void = () => {};
  const isCut = new Promise<void>((resolve) => {
    cut = resolve;
  });
  const interrupt = () => {
    // The second one ends it at once, and nothing is written any more.
    if (++signals > 1) process.exit(105);
    cut();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);

  const first = await VuThread.start(flags);
  const { options, metrics, hooks } = first.ready;
  const measurements = new Measurements(options.thresholds, metrics);
  const fault = measurements.fault();
  if (fault !== undefined) fail(104, fault);
  const plan = orFail(() => planOf(options));
  if (options.noConnectionReuse === true) flags.noConnectionReuse = true;
  const lines = new Lines(flags.lines, version, flags.systemTags, measurements.sources);
  const record: Measurements['see'] = (point) => {
    measurements.see(point);
    lines.add(point);
  };
  let code = 0;
  const onScript = (kind: 'abort' | 'fail', message: string) => {
    log('error', message);
    code = kind === 'abort' ? 108 : 110;
    if (kind === 'abort') cut();
  };
  const vus = new Vus(flags, plan, first, record, onScript);
  /** In a VU of its own. */
  const runHook = async (name: Hook) => {
    const vu = await VuThread.start(flags);
    vu.listen(record, onScript);
    const thrown = await vu.hook(name);
    vu.end();
    if (thrown !== null) fail(107, thrown);
  };
  if (hooks.includes('setup')) await runHook('setup');
  const ticking = setInterval(() => vus.tick(), 1_000);
  vus.tick();
  const ended = vus.run().then(() => vus.gracefulEnd(plan.gracefulStopMs ?? defaultGracefulStopMs));
  await Promise.race([ended, isCut]);
  vus.cut();
  // A signal does not keep it from running, a second one ends it.
  if (hooks.includes('teardown')) await runHook('teardown');
  clearInterval(ticking);
  if (signals > 0) code = 105;
  lines.close();
  const crossed = measurements.end();
  if (code === 0 && crossed) code = 99;
  if (flags.summary !== null) writeFileSync(flags.summary, JSON.stringify(measurements.summary(), null, 4));
  if (code === 99) log('error', 'thresholds on metrics have been crossed');
  process.exit(code);
}

function orFail<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    fail(104, (error as Error).message);
  }
}

/** The VUs of a plan; a thread is made when one is needed and none is idle, as threads are dearer than k6's VUs. */
class Vus {
  readonly #flags: Flags;
  readonly #plan: Plan;
  readonly #record: Measurements['see'];
  readonly #onScript: (kind: 'abort' | 'fail', message: string) => void;
  readonly #idle: VuThread[];
  readonly #all: VuThread[];
  readonly #waiting: ((vu: VuThread) => void)[] = [];
  #made = 1;
  #iterations = 0;
  #busy = new Set<Promise<void>>();
  #isCut = false;

  constructor(
    flags: Flags,
    plan: Plan,
    first: VuThread,
    record: Measurements['see'],
    onScript: (kind: 'abort' | 'fail', message: string) => void,
  ) {
    this.#flags = flags;
    this.#plan = plan;
    this.#record = record;
    this.#onScript = onScript;
    this.#idle = [first];
    this.#all = [first];
    first.listen(record, onScript);
  }

  tick(): void {
    this.#point('vus', 'gauge', this.#isCut ? 0 : this.#plan.vus, {});
    this.#point('vus_max', 'gauge', this.#plan.vus, {});
  }

  run(): Promise<void> {
    return this.#plan.run({
      begin: () => this.#begin(),
      drop: (number) => this.#drop(number),
      isCut: () => this.#isCut,
    });
  }

  async gracefulEnd(ms: number): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    await Promise.race([Promise.all(this.#busy), late]);
  }

  /** What is under way leaves no line. */
  cut(): void {
    this.#isCut = true;
    for (const vu of this.#all) vu.end();
  }

  /** undefined: every VU is busy. */
  #begin(): Promise<void> | undefined {
    if (this.#busy.size >= this.#plan.vus) return undefined;
    const iteration = this.#iterate();
    this.#busy.add(iteration);
    void iteration.finally(() => this.#busy.delete(iteration));
    return iteration;
  }

  async #iterate(): Promise<void> {
    const vu = await this.#thread();
    if (this.#isCut) return;
    const from = performance.now();
    const { name, executor, exec } = this.#plan;
    await vu.iterate({ name, executor, startTime: Date.now() }, exec, this.#iterations++);
    if (this.#isCut) return;
    this.#point('iteration_duration', 'trend', performance.now() - from, { scenario: name, group: '' });
    this.#point('iterations', 'counter', 1, { scenario: name, group: '' });
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(vu);
    else next(vu);
  }

  /** One that is idle, a new one, or, where there are many, the next to be idle. */
  async #thread(): Promise<VuThread> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#made >= mostThreads) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#made++;
    const vu = await VuThread.start(this.#flags);
    if (this.#isCut) vu.end();
    this.#all.push(vu);
    vu.listen(this.#record, this.#onScript);
    return vu;
  }

  #drop(number: number): void {
    this.#point('dropped_iterations', 'counter', number, { scenario: this.#plan.name });
  }

  #point(metric: string, kind: 'counter' | 'gauge' | 'trend', value: number, tags: Record<string, string>): void {
    this.#record({ metric, kind, isTime: kind === 'trend', value, wallNs: wallNs(), tags, metadata: {} });
  }
}

const mostThreads = 4 * Math.max(2, availableParallelism());
