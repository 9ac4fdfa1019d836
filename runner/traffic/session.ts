import { nowUs } from '../../record/clock.ts';
import { Connection } from './connection.ts';
import { CookieJar } from './cookies.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from './lane-sender.ts';

interface Visitor {
  id: string;
  cookies: CookieJar;
  connection: Connection | null;
  /** Where the visit has come to: 0 is the page, then its assets. */
  step: number;
}

/**
 * Visitors: each has a connection and cookies of its own, asks for the page and then for its assets, one after the
 * other. Without the page there is nothing more to ask for. A connection that was closed is opened again by the next
 * asset. When the plan is over a visitor leaves after the answer that it waits for.
 */
export class SessionLane extends LaneSender {
  readonly #most: number;
  readonly #paths: readonly string[];
  #visitors = 0;
  #walking: Visitor[] = [];
  #isOver = false;

  /** `most`: how many visitors may be there at once. */
  constructor(options: LaneSenderOptions, most: number) {
    super(options);
    this.#most = most;
    const { session, request } = this.work.lane;
    this.#paths = session === null ? [request.path] : [session.page, ...session.assets];
  }

  override endPlan(untilUs: number): void {
    super.endPlan(untilUs);
    this.#isOver = true;
    this.wire.wake();
  }

  override abort(): void {
    this.#isOver = true;
    super.abort();
  }

  override send(untilUs: number): boolean {
    const walking = this.#walking;
    this.#walking = [];
    let more = false;
    for (const visitor of walking) {
      if (this.#isOver) this.#leave(visitor);
      else if (visitor.connection?.closed === false && !visitor.connection.isSettled()) {
        this.#walking.push(visitor);
        more = true;
      } else this.#next(visitor);
    }
    return super.send(untilUs) || more;
  }

  override isDone(): boolean {
    return this.#visitors === 0 && super.isDone();
  }

  override closeIdle(): void {
    for (const visitor of this.#walking) this.#leave(visitor);
  }

  protected override room(): Room {
    return this.#visitors < this.#most ? 'free' : 'full';
  }

  protected override start(due: Due): void {
    this.#visitors++;
    const visitor = { id: this.id(due.index), cookies: new CookieJar(), connection: null, step: 0 };
    this.#request(visitor, due);
  }

  protected override firstOf(due: Due): { session: string | null; page: string } {
    return { session: this.id(due.index), page: this.#paths[0] as string };
  }

  #next(visitor: Visitor): void {
    const readyUs = nowUs();
    this.work.books.tally.planned();
    this.#request(visitor, { intendedUs: readyUs, readyUs });
  }

  #request(visitor: Visitor, due: Omit<Due, 'index'>): void {
    const path = this.#paths[visitor.step] as string;
    const id = visitor.step === 0 ? visitor.id : `${visitor.id}.${visitor.step}`;
    const attempt = this.attempt(id, visitor.id, path, due);
    if (visitor.connection === null || visitor.connection.closed)
      visitor.connection = new Connection(this.wire, { overflow: false, kept: true });
    visitor.connection.send({
      attempt,
      work: this.work,
      bytes: this.work.requests.write(path, id, visitor.cookies.header(path)),
      ended: (connection) => {
        for (const cookie of connection.headerValues('set-cookie')) visitor.cookies.store(cookie, path);
        visitor.step++;
        const leaves = (visitor.step === 1 && attempt.outcome !== 'ok') || visitor.step === this.#paths.length;
        if (leaves || this.#isOver) this.#leave(visitor);
        else {
          this.#walking.push(visitor);
          this.wire.wake();
        }
        this.ended(attempt);
      },
    });
  }

  #leave(visitor: Visitor): void {
    this.#visitors--;
    if (visitor.connection?.closed === false) visitor.connection.close();
  }
}
