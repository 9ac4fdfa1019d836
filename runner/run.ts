import { HitlessError } from '../record/error.ts';
import type { TargetFacts } from '../record/facts.ts';
import type { Watcher } from '../record/progress.ts';
import { useOfPlaces } from '../targets/recent-run.ts';
import type { Route, Target, TargetFactory, TargetSettings } from '../targets/target.ts';
import { prepareEngines } from './engines/mix.ts';
import type { CheckLevel } from './judge/levels.ts';
import { routesOfLanes, throughBalancer } from './lane-routes.ts';
import { giveMemoryBack } from './memory.ts';
import { namesOfPods } from './names-of-pods.ts';
import { ProgressTicker } from './progress.ts';
import { reasonsToGoBack, versionsServing } from './rollback.ts';
import { RunLog } from './run-log.ts';
import type { Scenario, Step } from './scenario/scenario.ts';
import { ServerRecords } from './server-records.ts';
import type { StepContext } from './steps/step.ts';
import { capabilityOf, runStep } from './steps/steps.ts';
import { Interrupted, orInterrupted } from './steps/wait-for.ts';
import { belowBase } from './traffic/base-path.ts';
import { announcement, sharedPlaces } from './traffic/beyond-loopback.ts';
import type { Lane } from './traffic/lane.ts';
import { secretsOf } from './traffic/secrets.ts';
import type { Traffic } from './traffic/traffic.ts';
import { Transcript } from './transcript.ts';
import { UsageSampler } from './usage/usage-sampler.ts';

export interface RunOptions {
  createTarget: TargetFactory;
  settings?: TargetSettings;
  /** An empty folder for the record. */
  folder: string;
  /** Unique on this machine. */
  runId: string;
  /** Aborted to end the run early; what was seen so far is kept, as not complete. */
  signal: AbortSignal;
  watcher: Watcher;
  /** By which it is to be judged, where the verdict decides what is done: whether to go back. */
  levels?: readonly CheckLevel[];
}

/**
 * Runs a scenario: prepares the target, does the steps while traffic goes on, removes all it made. The record is in the
 * folder then. Rejects with a HitlessError where nothing could be begun: the scenario asks for what the target cannot
 * do, a manifest is wrong, the environment lacks something.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<void> {
  const run = new Run(scenario, options);
  return run.toEnd();
}

class Run {
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #target: Target;
  readonly #log: RunLog;
  readonly #ticker: ProgressTicker;
  readonly #usage: UsageSampler;
  /** Aborted when there is no point in going on: interrupted from outside, or the record cannot be kept. */
  readonly #broken = new AbortController();
  readonly #signal: AbortSignal;
  #traffic: Traffic | null = null;
  #serverRecords: ServerRecords | null = null;
  #isEnding = false;
  #use: ReturnType<typeof useOfPlaces> | null = null;
  /** What is to be said of lanes whose engine does not choose replicas by itself. */
  #balanced: string[] = [];
  /** Of those that served when traffic began. */
  #versions: string[] = [];

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#broken.signal]);
    this.#log = new RunLog(scenario, options.folder);
    this.#target = options.createTarget({
      app: 'manifests' in scenario.app ? scenario.app : { ...scenario.app, manifests: [], images: {} },
      ...(options.settings && { settings: options.settings }),
      verbs: [...new Set(allSteps(scenario).map(({ verb }) => verb))],
      runId: options.runId,
      folder: options.folder,
      seed: scenario.seed,
      onEvent: (event) => this.#log.event(event),
      onNotice: (line) => options.watcher.notice(line),
    });
    this.#ticker = new ProgressTicker(scenario, this.#target, options.watcher);
    this.#usage = new UsageSampler(this.#target);
  }

  async toEnd(): Promise<void> {
    try {
      refuseWhatTargetLacks(this.#scenario, this.#target);
      await orInterrupted(this.#target.prepare(), this.#signal);
      // What was needed to get here; from now on what happens is timed.
      giveMemoryBack();
      await this.#doSteps();
      await this.#goBack();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      this.#sayWhatIsLeft();
    } finally {
      await this.#endTraffic();
      this.#ticker.stop();
      await this.#target.cleanup();
    }
    const names = this.#traffic === null ? {} : await namesOfPods(this.#target, this.#log.files.attempts);
    this.#log.end({ ...this.#facts(), ...names }, !this.#signal.aborted);
  }

  /** What a command of the user's did is not ours to remove. */
  #sayWhatIsLeft(): void {
    if (this.#log.facts.steps.some(({ verb }) => verb === 'run'))
      this.#options.watcher.notice('what the command has done until now is left as it is; nothing is taken back');
  }

  async #doSteps(): Promise<void> {
    const { app, steps } = this.#scenario;
    // Where nothing is deployed by us and nothing is there, a step of the scenario's own says when.
    const isInHand = 'manifests' in app && app.manifests.length === 0;
    if (!isInHand && !steps.some((step) => step.verb === 'deploy')) await this.#startTraffic();
    for (const step of steps) {
      if (!(await this.#doStep(step))) return;
      if (step.verb === 'deploy' && !this.#traffic) await this.#startTraffic();
    }
  }

  /** Where the scenario says how, and the verdict is fail by now. */
  async #goBack(): Promise<void> {
    const { rollback } = this.#scenario;
    const traffic = this.#traffic;
    if (rollback.length === 0 || traffic === null) return;
    const { facts, files } = this.#log;
    const { levels = [] } = this.#options;
    const soFar = { facts, target: this.#facts(), attempts: files.attempts, traffic, signal: this.#signal, levels };
    const because = await reasonsToGoBack(this.#scenario, soFar);
    if (because === null) return;
    this.#options.watcher.notice(`going back: ${because[0]}`);
    this.#log.rollbackStarted(because);
    for (const step of rollback) if (!(await this.#doStep(step))) break;
    const after = versionsServing(this.#target.state());
    if (after.length > 0) this.#log.rollbackEnded({ before: this.#versions, after });
  }

  /** Whether the next step may follow: after one that failed, what comes would be judged on wrong premises. */
  async #doStep(step: Step): Promise<boolean> {
    this.#ticker.step(step);
    const running = this.#log.stepStarted(step);
    const { watcher, folder } = this.#options;
    const context: StepContext = {
      target: this.#target,
      signal: this.#signal,
      traffic: this.#traffic,
      startTraffic: async () => {
        if (this.#traffic === null) await this.#startTraffic();
      },
      notice: (line) => watcher.notice(line),
      transcript: new Transcript(step.index + 1, {
        folder,
        secrets: secretsOf(this.#scenario.lanes),
        show: (line) => watcher.output?.(line),
      }),
    };
    try {
      const outcome = await runStep(step, context);
      // A step that was cut short may say anything of what it was doing.
      if (this.#signal.aborted) throw new Interrupted();
      running.ended(outcome);
      if (step.verb === 'run' && step.input.goOn) return true;
      return outcome.verdict === undefined || outcome.verdict === 'pass' || outcome.verdict === 'inconclusive';
    } catch (error) {
      const cutShort = this.#signal.aborted && !(error instanceof Interrupted) ? new Interrupted() : error;
      running.ended(outcomeOfError(cutShort));
      if (cutShort instanceof Interrupted) throw cutShort;
      return false;
    }
  }

  async #startTraffic(): Promise<void> {
    const route = await orInterrupted(this.#target.route(), this.#signal);
    const services = await routesOfLanes(this.#scenario, this.#target, this.#signal);
    this.#serverRecords = new ServerRecords(this.#scenario);
    const lanes = belowBase(this.#scenario.lanes, route.url);
    await this.#sayWhereTo(lanes, [route, ...services.values()]);
    this.#balanced = throughBalancer(lanes, route);
    this.#traffic = await prepareEngines({
      lanes,
      identity: this.#scenario.identity,
      route,
      services,
      seed: this.#scenario.seed,
      attemptsFile: this.#log.files.attempts,
      onEvent: (event) => this.#log.event(event),
      onError: (error) => this.#break(error),
    });
    if (this.#signal.aborted) throw new Interrupted();
    this.#versions = versionsServing(this.#target.state());
    const fromUs = this.#traffic.start();
    this.#log.trafficStarted(fromUs, this.#facts(), this.#traffic.scheduling);
    this.#ticker.trafficStarted(this.#traffic, fromUs);
    this.#usage.start();
  }

  async #endTraffic(): Promise<void> {
    const traffic = this.#traffic;
    if (!traffic) return;
    this.#isEnding = !this.#signal.aborted;
    this.#log.usage(this.#usage.stop());
    try {
      if (!this.#signal.aborted) await orInterrupted(traffic.stop(), this.#signal).catch(ignoreInterruption);
      if (this.#signal.aborted) await traffic.abort();
    } catch (error) {
      this.#log.error(error);
    }
    this.#log.trafficEnded(traffic.counts());
    await this.#joinServerRecords();
    this.#use?.end();
  }

  async #joinServerRecords(): Promise<void> {
    try {
      await this.#serverRecords?.join(this.#log, this.#traffic?.counts() ?? [], this.#signal);
    } catch (error) {
      this.#log.error(error);
    }
  }

  /** Before requests leave this machine, and where an earlier run may be felt in this one. */
  async #sayWhereTo(lanes: readonly Lane[], routes: readonly Route[]): Promise<void> {
    const [main] = routes;
    const line = main && (await announcement(lanes, main));
    if (line !== undefined) this.#options.watcher.notice(line);
    const places = [...new Set((await Promise.all(routes.map(sharedPlaces))).flat())];
    if (places.length === 0) return;
    this.#use = useOfPlaces(this.#options.runId, places);
    if (this.#use.follows !== undefined) this.#options.watcher.notice(this.#use.follows);
  }

  #facts(): TargetFacts {
    const facts = this.#target.facts();
    const follows = this.#use?.follows;
    const notes = [...(facts.notes ?? []), ...(follows === undefined ? [] : [follows]), ...this.#balanced];
    return notes.length === 0 ? facts : { ...facts, notes };
  }

  #break(error: Error): void {
    this.#log.error(error);
    // The steps are done by then, and the traffic ends by itself.
    if (!this.#isEnding) this.#broken.abort();
  }
}

function refuseWhatTargetLacks(scenario: Scenario, target: Target): void {
  for (const step of allSteps(scenario)) {
    const needed = capabilityOf(step);
    const blind = target.replicasUnseen === true && step.verb === 'wait' && step.input.until !== 'requests-sent';
    if (!blind && (needed === undefined || target.capabilities.has(needed))) continue;
    const lacked = blind ? 'does not see what is deployed' : `cannot ${needed}`;
    const can = ['hold', 'run', 'wait: { until: requests-sent }', ...target.capabilities].join(', ');
    throw new HitlessError('HITLESS_TARGET_LACKS', `the target ${target.kind} ${lacked}: "${step.name}"`, {
      blame: 'usage',
      hint: `the target ${target.kind} can: ${can}`,
      ...(step.location && { location: step.location }),
    });
  }
}

function outcomeOfError(error: unknown) {
  if (error instanceof Interrupted)
    return { verdict: 'inconclusive', message: error.message, hint: 'let the run come to its end' } as const;
  const message = error instanceof Error ? error.message : String(error);
  const verdict = error instanceof HitlessError && error.blame === 'app' ? 'fail' : 'error';
  return { verdict, message } as const;
}

function ignoreInterruption(error: unknown): void {
  if (!(error instanceof Interrupted)) throw error;
}

function allSteps({ steps, rollback }: Scenario): Step[] {
  return [...steps, ...rollback];
}
