import type { Attempt } from '../../../record/attempt.ts';
import { nowUs } from '../../../record/clock.ts';
import type { HitlessError } from '../../../record/error.ts';
import type { Connection } from '../connection.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from '../lane-sender.ts';
import { newAttempt } from '../new-attempt.ts';
import { inspectEveryUs } from '../rounds.ts';
import type { Flow } from './flow.ts';
import { flowFault, thrownText } from './flow-fault.ts';
import { bytesOf, type FlowRequests } from './flow-requests.ts';
import { isOfAnswer } from './not-good.ts';
import { Visitor } from './visitor.ts';
import { VisitorConnections } from './visitor-connections.ts';
import type { Ask, VisitorHost } from './visitor-host.ts';

/** What a flow does by itself when traffic ends may take so long, such as a fetch. */
const elsewhereForUs = 2_000_000;

export interface FlowLaneOptions {
  flow: Flow;
  /** The file of the scenario. */
  file: string;
  requests: FlowRequests;
  /** Of visitor number n. */
  randomOf(number: number): () => number;
  /** How many visitors may be there at once. */
  most: number;
  /** What is wrong with the flow itself. */
  onFault(error: HitlessError): void;
  /** The thread is about to run the flow. */
  onFlow(): void;
}

/** Visitors who do what a function of the scenario says. When the plan is over one leaves after what it waits for. */
export class FlowLane extends LaneSender implements VisitorHost {
  readonly requests: FlowRequests;
  readonly secrets: readonly string[];
  readonly #options: FlowLaneOptions;
  readonly #visitors = new Set<Visitor>();
  readonly #reported = new WeakSet<Error>();
  #asks: Ask[] = [];
  /** By visitor: its connections are all busy. */
  readonly #waiting = new Map<Visitor, Ask[]>();
  #overSinceUs: number | null = null;
  #isAborted = false;
  #lastRoundUs = Number.POSITIVE_INFINITY;

  constructor(options: LaneSenderOptions, flow: FlowLaneOptions) {
    super(options);
    this.#options = flow;
    this.requests = flow.requests;
    this.secrets = options.work.secrets;
  }

  get isOver(): boolean {
    return this.#overSinceUs !== null;
  }

  override endPlan(untilUs: number): void {
    super.endPlan(untilUs);
    this.#overSinceUs = nowUs();
    for (const visitor of [...this.#visitors]) visitor.planEnded();
    this.wire.wake();
  }

  override abort(): void {
    this.#isAborted = true;
    this.#overSinceUs ??= nowUs();
    super.abort();
    const asks = [...this.#asks, ...[...this.#waiting.values()].flat()];
    this.#asks = [];
    this.#waiting.clear();
    for (const ask of asks)
      this.neverSent(this.#attemptOf(ask, ask.readyUs ?? nowUs()), 'unsent', 'interrupted before it was sent');
    for (const visitor of [...this.#visitors]) visitor.freeze();
  }

  override send(untilUs: number): boolean {
    this.#noteRound();
    const asksLeft = this.#sendAsks(untilUs);
    const duesLeft = super.send(untilUs);
    // What those who have just come ask for.
    return (asksLeft ? true : this.#sendAsks(untilUs)) || duesLeft;
  }

  override isDone(): boolean {
    return this.#visitors.size === 0 && super.isDone();
  }

  override expire(now: number): void {
    super.expire(now);
    if (this.#overSinceUs !== null) this.#endHung(now - elsewhereForUs, this.#overSinceUs);
  }

  override closeIdle(): void {
    for (const visitor of [...this.#visitors]) this.#leaves(visitor);
  }

  resumes(): void {
    this.#options.onFlow();
  }

  ask(ask: Ask): void {
    // The first one is planned with the visitor's coming.
    if (ask.visitor.asked > 1) this.work.books.tally.planned();
    this.#asks.push(ask);
    this.wire.wake();
  }

  settle(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) this.wire.recorder.unpin(attempt);
  }

  looksUp(visitor: Visitor): void {
    if (!visitor.isDone || !this.#visitors.has(visitor)) return;
    this.#leaves(visitor);
    if (visitor.asked === 0) this.pause();
    this.wire.wake();
  }

  misused(what: string): Error {
    const error = new Error(what);
    this.#fault('HITLESS_FLOW_USE', what, error);
    return error;
  }

  protected override room(): Room {
    return this.#visitors.size < this.#options.most ? 'free' : 'full';
  }

  protected override start(due: Due): void {
    const visitor = new Visitor(this.id(due.index), due, this, {
      random: this.#options.randomOf(due.index),
      connections: new VisitorConnections(this.wire),
    });
    this.#visitors.add(visitor);
    this.resumes();
    void this.#run(visitor);
  }

  protected override gaveUp(): { outcome: 'unsent'; detail: string } {
    return { outcome: 'unsent', detail: `more than ${this.#options.most} visitors at once: see overflow` };
  }

  protected override firstOf(due: Due): { session: string | null; page: string } {
    return { session: this.id(due.index), page: this.work.lane.request.path };
  }

  #leaves(visitor: Visitor): void {
    this.#visitors.delete(visitor);
    visitor.leave();
    if (visitor.asked === 0) this.work.books.tally.withdrawn();
  }

  async #run(visitor: Visitor): Promise<void> {
    try {
      await this.#options.flow(visitor.visit);
    } catch (thrown) {
      this.#threw(visitor, thrown);
    }
    visitor.flowEnded();
  }

  #threw(visitor: Visitor, thrown: unknown): void {
    if (isOfAnswer(thrown) || (thrown instanceof Error && this.#reported.has(thrown))) return;
    if (isAssertion(thrown) && visitor.brokeExpectation(thrown.message)) return;
    this.#fault('HITLESS_FLOW_THREW', `it threw ${thrownText(thrown)}`, thrown);
  }

  #fault(code: string, what: string, at?: unknown): void {
    if (at instanceof Error) this.#reported.add(at);
    if (this.#isAborted) return;
    const { file } = this.#options;
    const message = `the flow of lane ${this.work.lane.name}: ${what}`;
    this.#options.onFault(flowFault(code, message, { file, at, secrets: this.secrets }));
  }

  /** True: some are left, for the next round. */
  #sendAsks(untilUs: number): boolean {
    const asks = this.#asks;
    this.#asks = [];
    let more = false;
    for (const [place, ask] of asks.entries()) {
      const now = nowUs();
      if (now > untilUs) {
        this.#asks.push(...asks.slice(place));
        return true;
      }
      const connection = ask.visitor.connections.take();
      if (connection === 'poll') {
        this.#asks.push(ask);
        more = true;
        continue;
      }
      if (ask.readyUs === null) {
        ask.readyUs = now;
        this.work.books.blind.ready(ask.intendedUs, now);
      }
      if (connection === 'busy') this.#waits(ask);
      else this.#send(ask, connection, ask.readyUs);
    }
    return more;
  }

  #send(ask: Ask, connection: Connection, readyUs: number): void {
    const { visitor, request, id, isAsset } = ask;
    const attempt = this.#attemptOf(ask, readyUs);
    this.wire.recorder.pin(attempt);
    connection.send({
      attempt,
      work: request.work,
      bytes: bytesOf(request, id, visitor.cookies.header(request.path)),
      isAsset,
      keepsBody: true,
      ended: () => {
        visitor.connections.free(connection);
        if (this.#isAborted) return;
        const next = this.#nextOf(visitor);
        if (next !== undefined) this.#asks.push(next);
        visitor.ended(ask, attempt, connection);
        this.ended(attempt);
        this.wire.wake();
      },
    });
  }

  #attemptOf({ visitor, request, id, intendedUs }: Ask, readyUs: number): Attempt {
    const { method, path } = request;
    return newAttempt({ id, lane: this.work.lane.name, session: visitor.id, method, path, intendedUs, readyUs });
  }

  #waits(ask: Ask): void {
    this.#waiting.set(ask.visitor, [...(this.#waiting.get(ask.visitor) ?? []), ask]);
  }

  #nextOf(visitor: Visitor): Ask | undefined {
    const waiting = this.#waiting.get(visitor);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(visitor);
    return next;
  }

  /** A flow that does not let go holds up all that its thread does. */
  #noteRound(): void {
    const now = nowUs();
    const dueUs = this.#lastRoundUs + inspectEveryUs;
    const { resolutionUs } = this.work.lane;
    if (this.#visitors.size > 0 && now - dueUs > resolutionUs) this.work.books.blind.ready(dueUs, now);
    this.#lastRoundUs = now;
  }

  /** Those whose flows wait for something that is not ours, and have since that moment. */
  #endHung(sinceUs: number, overSinceUs: number): void {
    const hung = [...this.#visitors].filter(({ elsewhereSinceUs }) => {
      return elsewhereSinceUs !== null && Math.max(elsewhereSinceUs, overSinceUs) < sinceUs;
    });
    const [first] = hung;
    if (first === undefined) return;
    const visitors = hung.length === 1 ? 'one visitor' : `${hung.length} visitors`;
    const what = `${visitors} still waited for something that is no answer and no think when traffic had ended, the first after ${first.last}; it was not waited for`;
    this.#fault('HITLESS_FLOW_HANGS', what);
    for (const visitor of hung) visitor.freeze();
  }
}

/** Of node:assert, and of libraries that do the same. */
function isAssertion(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === 'AssertionError';
}
