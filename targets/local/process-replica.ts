import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { nowUs } from '../../record/clock.ts';
import { HitlessError } from '../../record/error.ts';
import type { PodLog } from '../controller/pod-log.ts';
import type { CommandResult, Exit, Interval, RunningContainer, Used } from '../controller/replica-runner.ts';
import type { Lease } from '../lease.ts';
import { killGroup } from '../process-identity.ts';
import { enter, findInner, isolate, type Surroundings } from './pid-namespace.ts';
import { runCommand } from './run-command.ts';
import { usedBy } from './usage.ts';

export interface ProcessSpec extends Surroundings {
  pod: string;
  command: readonly string[];
  env: Record<string, string>;
  log: PodLog;
  lease: Lease;
  /** The end of the run: ends what `exec` runs. */
  over: AbortSignal;
}

/** One container as a process: the command as PID 1 of its own process namespace, below a wrapper (pid-namespace.ts). */
export class ProcessReplica implements RunningContainer {
  readonly startedUs: { earliest: number; latest: number };
  readonly exited: Promise<Exit>;
  readonly #spec: ProcessSpec;
  readonly #outer: ChildProcess;
  #innerPid: number | undefined;
  #ended = false;
  /** Signals that were sent to it: an exit code of 128 + n is a signal's only if that signal was sent. */
  readonly #sent = new Set<NodeJS.Signals>();

  private constructor(spec: ProcessSpec, outer: ChildProcess, spawnedUs: number) {
    this.#spec = spec;
    this.#outer = outer;
    this.startedUs = { earliest: spawnedUs, latest: spawnedUs };
    this.exited = this.#watchExit();
  }

  /** Starts it; resolves when the command itself runs. `onSpawn` hears of it before that, so that it can be killed. */
  static async start(spec: ProcessSpec, onSpawn: (replica: ProcessReplica) => void): Promise<ProcessReplica> {
    const [file = '', ...args] = isolate(spec.command, spec);
    const spawnedUs = nowUs();
    // A process group of its own: Ctrl-C in the terminal is for hitless, and the whole group can be killed.
    const outer = spawn(file, args, {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    outer.stdout.on('data', (chunk: Buffer) => spec.log.write(chunk));
    outer.stderr.on('data', (chunk: Buffer) => spec.log.write(chunk));
    const replica = new ProcessReplica(spec, outer, spawnedUs);
    if (outer.pid !== undefined) onSpawn(replica);
    await replica.#becomesCommand();
    return replica;
  }

  async #becomesCommand(): Promise<void> {
    const { pid } = this.#outer;
    if (pid === undefined) {
      const cause = await new Promise<Error>((resolve) => this.#outer.once('error', resolve));
      throw new HitlessError('HITLESS_START', `${this.#spec.pod} cannot be started: ${cause.message}`, {
        blame: 'environment',
        cause,
      });
    }
    this.#spec.lease.add(pid);
    this.#innerPid = this.#spec.isolation === 'none' ? pid : await findInner(pid, () => this.#ended);
    if (this.#innerPid !== undefined && this.#innerPid !== pid) this.#spec.lease.add(this.#innerPid);
    this.startedUs.latest = nowUs();
  }

  #watchExit(): Promise<Exit> {
    const { promise, resolve } = Promise.withResolvers<Exit>();
    this.#outer.once('exit', (code, signal) => {
      this.#ended = true;
      const us = nowUs();
      const endedUs = { earliest: us, latest: us };
      for (const pid of [this.#outer.pid, this.#innerPid]) if (pid !== undefined) this.#spec.lease.remove(pid);
      const finish = () => {
        clearTimeout(patience);
        resolve({ ...this.#meaning(code, signal), endedUs, lastLines: this.#spec.log.takeLastLines() });
      };
      // What it wrote comes by pipes, which a process that it left behind may hold open.
      const patience = setTimeout(finish, 100);
      this.#outer.once('close', finish);
    });
    return promise;
  }

  #meaning(code: number | null, signal: NodeJS.Signals | null): Pick<Exit, 'code' | 'signal'> {
    if (signal !== null) return { code: 128 + constants.signals[signal], signal };
    const sent = [...this.#sent].find((name) => code === 128 + constants.signals[name]);
    return { code, signal: sent ?? null };
  }

  async signal(signal: NodeJS.Signals): Promise<Interval> {
    const us = nowUs();
    if (!this.#ended && this.#innerPid !== undefined) {
      this.#sent.add(signal);
      try {
        process.kill(this.#innerPid, signal);
      } catch {
        // It has just ended: the exit is on its way.
      }
    }
    return { earliest: us, latest: us };
  }

  exec(command: readonly string[], limitMs: number): Promise<CommandResult> {
    const { cwd, env, over } = this.#spec;
    if (this.#innerPid === undefined || this.#ended) return Promise.reject(new Error('the container is not running'));
    return runCommand(enter(command, this.#innerPid, this.#spec), { cwd, env, limitMs, signal: over });
  }

  async used(): Promise<Used | undefined> {
    return this.#innerPid === undefined || this.#ended ? undefined : usedBy(this.#innerPid);
  }

  /** Kills it and all that it started, now. */
  async destroy(): Promise<void> {
    if (this.#outer.pid !== undefined && !this.#ended) {
      this.#sent.add('SIGKILL');
      killGroup(this.#outer.pid);
      await this.signal('SIGKILL');
    }
    await this.exited;
  }
}
