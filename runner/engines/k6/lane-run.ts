import type { Attempt } from '../../../record/attempt.ts';
import type { AttemptWriter } from '../../../record/attempts-writer.ts';
import { nowUs } from '../../../record/clock.ts';
import { HitlessError } from '../../../record/error.ts';
import type { Event } from '../../../record/event.ts';
import type { BlindSpot, EngineFinding } from '../../../record/facts.ts';
import type { TlsSettings } from '../../../targets/tls.ts';
import type { Lane } from '../../traffic/lane.ts';
import { secretsOf, withoutSecrets } from '../../traffic/secrets.ts';
import type { LaneCounts } from '../../traffic/traffic.ts';
import { Attempts } from './attempts.ts';
import { blindSpots } from './blind-spots.ts';
import { k6Arguments, k6Environment } from './command.ts';
import { type Exit, meaningOf } from './exits.ts';
import { GrowingFile } from './growing-file.ts';
import { LaneFiles } from './lane-files.ts';
import { LaneRecorder } from './lane-recorder.ts';
import { isAround, isOfLoad, lineOf, type Point } from './lines.ts';
import { K6Process } from './process.ts';
import { beginMetric, type Request, Requests } from './requests.ts';
import { Standstill } from './standstill.ts';
import { requestsIn, Thresholds } from './thresholds.ts';
import type { K6 } from './version.ts';
import { WallClock } from './wall-time.ts';

export interface LaneRunSpec {
  k6: K6;
  lane: Lane;
  script: string;
  /** The script's environment, as the lane gives it. */
  env: Readonly<Record<string, string>>;
  /** What hitless tells the script. */
  told: Readonly<Record<string, string>>;
  tls: Pick<TlsSettings, 'ca' | 'insecure'>;
  folder: string;
  runTag: string;
  writer: AttemptWriter;
  nextConnection(): number;
  onEvent(event: Event): void;
  onError(error: Error): void;
}

/** Of k6's lines: it writes each 200 ms what it has gathered for 50. */
const settledUs = 300_000;
/** For lines that do not come: a k6 that has nothing to send writes how many VUs it has once a second. */
const settleLimitMs = 3_000;
/** For requests of which nobody says that they are under way. */
const unseenUs = 2_000_000;
/** For teardown(), 60 s by default, and the summary. */
const endLimitMs = 90_000;
/** Of an interruption: what is not told until then is told by nobody. */
const abortMs = 120;
/** A remainder of iterations comes as one number; so many rows and no more are made of it. */
const mostDropped = 1_000_000;

/** One k6, which sends the requests of one lane. */
export class LaneRun {
  readonly lane: Lane;
  /** Resolves when k6 has ended by itself, or was ended. */
  readonly exited: Promise<Exit>;
  /** When the first request began; null: none has. */
  firstUs: number | null = null;
  readonly #spec: LaneRunSpec;
  readonly #process: K6Process;
  readonly #files: LaneFiles;
  readonly #secrets: readonly string[];
  readonly #clock = new WallClock();
  readonly #file: GrowingFile;
  readonly #requests: Requests;
  readonly #attempts: Attempts;
  readonly #thresholds = new Thresholds();
  readonly #standstill: Standstill;
  readonly #recorder: LaneRecorder;
  readonly #findings: EngineFinding[] = [];
  /** Also those of setup() and teardown(). */
  #httpRequests = 0;
  #unreadable = 0;
  #dropped = 0;
  #stopUs: number | null = null;
  #isEnding = false;
  #isDone = false;

  private constructor(spec: LaneRunSpec, process: K6Process, files: LaneFiles) {
    const { lane, runTag, nextConnection, onEvent } = spec;
    this.lane = lane;
    this.#spec = spec;
    this.#process = process;
    this.#files = files;
    this.#secrets = secretsOf([lane]);
    this.#file = new GrowingFile(files.lines, (line) => this.#line(line));
    this.#requests = new Requests((request) => this.#request(request));
    this.#attempts = new Attempts({
      lane: lane.name,
      fresh: lane.connection === 'fresh',
      clock: this.#clock,
      runTag,
      nextConnection,
    });
    this.#standstill = new Standstill(lane, onEvent);
    this.#recorder = new LaneRecorder(lane.name, spec.writer, this.#secrets);
    this.exited = process.exited.then((exit) => {
      this.#ended(exit);
      return exit;
    });
  }

  /** Starts k6, which begins to send when it is ready. Rejects with HITLESS_K6_START. */
  static async start(spec: LaneRunSpec): Promise<LaneRun> {
    const { k6, lane, script, env, told, tls, folder } = spec;
    const files = new LaneFiles(folder, lane.name);
    const trusting = files.write(tls.ca);
    const { config, lines, summary, log } = files;
    const fresh = lane.connection === 'fresh';
    const args = k6Arguments({ script, config, lines, summary, fresh, insecure: tls.insecure === true });
    try {
      const environment = k6Environment(k6, { ...env, ...trusting }, told);
      return new LaneRun(spec, await K6Process.start({ file: k6.file, args, env: environment, log }), files);
    } catch (error) {
      files.remove();
      throw error;
    }
  }

  /** Takes what k6 has written by now. Says whether there is more. */
  read(): boolean {
    return !this.#isDone && this.#file.read(8);
  }

  counts(): LaneCounts {
    return this.#recorder.counts(this.#requests.underWay);
  }

  /** Why k6 ended before a request began, as an error to throw. */
  whyNone(exit: Exit): HitlessError {
    const meaning = meaningOf(exit, this.lane.name, this.#lastWords());
    if (meaning !== null && 'error' in meaning) return meaning.error;
    return new HitlessError('HITLESS_K6_NO_REQUEST', `k6 of lane ${this.lane.name} ended without a request`, {
      blame: 'usage',
      hint: 'The script is to send requests with k6/http.',
    });
  }

  /**
   * The traffic's end. k6 cannot be told to begin no more: it goes on until all that began before is over (at the latest
   * the lane's limits), then it gets a signal. What it begins meanwhile is no part of the run.
   */
  async stop(): Promise<void> {
    const stopUs = nowUs();
    this.#stopUs = stopUs;
    if (this.#process.exit === null) await this.#untilOver(stopUs);
    this.#isEnding = true;
    this.#process.signal('SIGINT');
    if (!(await this.#process.endedWithin(endLimitMs))) {
      this.#fail('HITLESS_K6_EXIT', `did not end within ${endLimitMs / 1000} s of being told to, and was killed`);
      this.#process.signal('SIGKILL');
    }
    await this.exited;
    this.#finish(stopUs);
  }

  /** At once: what is under way is unanswered. Also after stop(), which then resolves early. */
  async abort(): Promise<void> {
    this.#stopUs ??= nowUs();
    this.#isEnding = true;
    this.#process.signal('SIGINT');
    if (!(await this.#process.endedWithin(abortMs))) this.#process.signal('SIGKILL');
    await this.exited;
    this.#finish(this.#stopUs);
  }

  async #untilOver(stopUs: number): Promise<void> {
    const { connectUs, tlsUs, headersUs, bodyUs } = this.lane.limits;
    const lastUs = stopUs + connectUs + tlsUs + headersUs + bodyUs;
    while (this.#process.exit === null && !this.#isEnding) {
      const now = nowUs();
      const isSettled = this.#standstill.latestUs > stopUs + settledUs || now > stopUs + settleLimitMs * 1000;
      const isSeen = this.#attempts.withoutId === 0 || now > stopUs + unseenUs;
      const isOver = isSeen && this.#clock.runUs(this.#requests.oldestWallUs()) > stopUs;
      if ((isSettled && isOver) || now > lastUs) return;
      await this.#process.endedWithin(50);
    }
  }

  #line(text: string): void {
    const line = lineOf(text);
    if (line === null) this.#unreadable++;
    else if ('introduced' in line) this.#thresholds.introduce(line.introduced);
    else this.#point(line.point);
  }

  #point(point: Point): void {
    const { metric, wallUs, value, metadata } = point;
    this.#thresholds.see(point);
    const us = this.#clock.runUs(wallUs);
    this.#standstill.line(us, isOfLoad(point));
    if (metric === 'http_reqs') this.#httpRequests++;
    if (isAround(point)) {
      // It is not the lane's traffic, and the app's ledger has it.
      if (metric === beginMetric && metadata.hl_id !== undefined) this.#recorder.leaveOut(metadata.hl_id);
      return;
    }
    if (metric === 'dropped_iterations') this.#drop(wallUs, value);
    else {
      if (metric === beginMetric) this.#began(us);
      else if (metric === 'vus' && this.#stopUs === null) this.#standstill.ticked(us);
      this.#requests.see(point);
    }
  }

  #began(us: number): void {
    this.firstUs = Math.min(this.firstUs ?? us, us);
    if (this.#stopUs === null || us <= this.#stopUs) this.#standstill.began(us);
  }

  #drop(wallUs: number, value: number): void {
    const stopUs = this.#stopUs;
    if (stopUs !== null && this.#clock.runUs(wallUs) > stopUs) return;
    const all = Math.max(0, Math.floor(value));
    const number = Math.min(all, mostDropped - this.#dropped);
    this.#dropped += number;
    if (number < all) this.#fail('HITLESS_K6_DROPPED', `dropped more than ${mostDropped} iterations`);
    for (let i = 0; i < number; i++) this.#record(this.#attempts.dropped(wallUs));
  }

  #request(request: Request): void {
    const attempt = this.#attempts.of(request, Math.max(this.#standstill.latestUs, this.#stopUs ?? 0));
    if (this.#stopUs === null || attempt.readyUs <= this.#stopUs) this.#record(attempt);
    else this.#recorder.leaveOut(attempt.id);
  }

  #record(attempt: Attempt): void {
    this.firstUs = Math.min(this.firstUs ?? attempt.readyUs, attempt.readyUs);
    this.#recorder.record(attempt);
    this.#standstill.ended(attempt);
  }

  /** k6 is gone, by itself or not: takes its last lines. */
  #ended(exit: Exit): void {
    try {
      while (this.#file.read());
      this.#requests.end();
    } catch (error) {
      this.#spec.onError(error as Error);
    }
    const isAsked = this.#isEnding && (exit.signal !== null || exit.code === 105);
    const meaning = isAsked ? null : meaningOf(exit, this.lane.name, this.#lastWords());
    if (meaning === null) return;
    if ('finding' in meaning) this.#findings.push(meaning.finding);
    else if (this.firstUs !== null) this.#spec.onError(meaning.error);
  }

  #lastWords(): string[] {
    return this.#process.lastWords.map((words) => withoutSecrets(words, this.#secrets));
  }

  #finish(stopUs: number): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#file.close();
    const { exit } = this.#process;
    const wasKilled = exit?.signal !== null;
    if (!wasKilled) this.#assertRead();
    this.#standstill.finish(stopUs);
    const summary = this.#files.readSummary();
    const counted = requestsIn(summary);
    if (!wasKilled && counted !== null && counted !== this.#httpRequests)
      this.#fail('HITLESS_K6_LINES', `counted ${counted} requests, and its lines tell of ${this.#httpRequests}`);
    this.#findings.push(...this.#thresholds.findings(summary, exit?.code === 99));
    this.#recorder.close({ blindTo: this.#blindTo(), findings: this.#findings });
    this.#files.remove();
  }

  #blindTo(): BlindSpot[] {
    const { repeatsPossible, withoutId } = this.#attempts;
    return blindSpots({ repeatsPossible, withoutId, isPaced: this.lane.rate !== 'unpaced' && withoutId === 0 });
  }

  #assertRead(): void {
    const unreadable = this.#unreadable + this.#file.skipped + (this.#file.rest === '' ? 0 : 1);
    if (unreadable > 0) this.#fail('HITLESS_K6_LINES', `wrote ${unreadable} lines that could not be read`);
  }

  #fail(code: string, what: string): void {
    this.#spec.onError(
      new HitlessError(code, `k6 of lane ${this.lane.name} ${what}`, {
        blame: 'environment',
        hint: 'Is there room on the disk? hitless doctor says whether this k6 is one that hitless was made for.',
      }),
    );
  }
}
