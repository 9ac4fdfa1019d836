import { nowUs } from '../../record/clock.ts';
import { Connection } from './connection.ts';
import { CookieJar } from './cookies.ts';
import type { Session } from './lane.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from './lane-sender.ts';
import { assetsOf } from './page-assets.ts';

interface Visitor {
  id: string;
  cookies: CookieJar;
  connection: Connection | null;
  /** What is still to be asked for, the page first. */
  paths: string[];
  asked: number;
  /** Reads, or thinks, until then. */
  pausesUntilUs: number;
}

/**
 * Visitors: each has a connection and cookies of its own, asks for the page and then for its assets, one after the
 * other. Without the page there is nothing more to ask for. A connection that was closed is opened again by the next
 * asset. When the plan is over a visitor leaves after the answer that it waits for.
 */
export class SessionLane extends LaneSender {
  readonly #most: number;
  readonly #session: Session;
  #visitors = 0;
  #walking: Visitor[] = [];
  #isOver = false;

  /** `most`: how many visitors may be there at once. */
  constructor(options: LaneSenderOptions, most: number) {
    super(options);
    this.#most = most;
    const { session, request } = this.work.lane;
    this.#session = session ?? { page: request.path, assets: [], connections: 'one', pauseUs: 0 };
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

  override dueUs(): number {
    return this.#walking.reduce((due, { pausesUntilUs }) => Math.min(due, pausesUntilUs), super.dueUs());
  }

  override send(untilUs: number): boolean {
    const walking = this.#walking;
    this.#walking = [];
    let more = false;
    const now = nowUs();
    for (const visitor of walking) {
      if (this.#isOver) this.#leave(visitor);
      else if (visitor.pausesUntilUs > now) this.#walking.push(visitor);
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
    const { page, assets } = this.#session;
    const paths = [page, ...(assets === 'auto' ? [] : assets)];
    const cookies = new CookieJar(this.wire.tls !== null);
    this.#request({ id: this.id(due.index), cookies, connection: null, paths, asked: 0, pausesUntilUs: 0 }, due);
  }

  protected override firstOf(due: Due): { session: string | null; page: string } {
    return { session: this.id(due.index), page: this.#session.page };
  }

  #next(visitor: Visitor): void {
    const readyUs = nowUs();
    this.work.books.tally.planned();
    this.#request(visitor, { intendedUs: readyUs, readyUs });
  }

  #request(visitor: Visitor, due: Omit<Due, 'index'>): void {
    const path = visitor.paths.shift() as string;
    const isPage = visitor.asked === 0;
    const id = isPage ? visitor.id : `${visitor.id}.${visitor.asked}`;
    visitor.asked++;
    const attempt = this.attempt(id, visitor.id, path, due);
    if (visitor.connection === null || visitor.connection.closed)
      visitor.connection = new Connection(this.wire, { overflow: false, kept: this.#session.connections === 'one' });
    visitor.connection.send({
      attempt,
      work: this.work,
      bytes: this.work.requests.write(path, id, visitor.cookies.header(path)),
      isAsset: !isPage,
      keepsBody: isPage && this.#session.assets === 'auto',
      ended: (connection) => {
        for (const cookie of connection.headerValues('set-cookie')) visitor.cookies.store(cookie, path);
        if (isPage) this.#hasPage(visitor, connection, path, attempt.outcome === 'ok');
        if (visitor.paths.length === 0 || this.#isOver) this.#leave(visitor);
        else {
          this.#walking.push(visitor);
          this.wire.wake();
        }
        this.ended(attempt);
      },
    });
  }

  #hasPage(visitor: Visitor, connection: Connection, path: string, isGood: boolean): void {
    if (!isGood) visitor.paths = [];
    else if (this.#session.assets === 'auto') visitor.paths = assetsOf(connection.body() ?? Buffer.alloc(0), path);
    visitor.pausesUntilUs = nowUs() + this.#session.pauseUs;
  }

  #leave(visitor: Visitor): void {
    this.#visitors--;
    if (visitor.connection?.closed === false) visitor.connection.close();
  }
}
