import { nowUs } from '../../record/clock.ts';
import { Connection } from './connection.ts';
import { Fifo } from './fifo.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from './lane-sender.ts';

/** One of the lane's connections; null where it is not open: the next attempt that gets its turn opens it. */
interface Slot {
  connection: Connection | null;
}

/** An overflow connection that nobody has needed for so long is closed. */
const spareForUs = 1_000_000;

/** What has waited for so long opens one too, beyond those that are opened at once. */
const patientForUs = 1_000_000;

/** How many more connections than its own a lane may have open: at once, and in all for what has waited. */
export interface Overflow {
  atOnce: number;
  ofWaiting: number;
}

/**
 * A fixed number of connections used in turn, so that each gets its share. One that was lost is opened again by the next
 * attempt whose turn it is, and only then. Where all are busy an overflow connection helps out. It stays for the next such
 * moment: opening costs ten times what sending does, and after a stall that cost would itself keep all of them busy. So
 * only a few are opened at once, and one in each round: the sockets are read before the next one, as an answer that has
 * come frees a connection sooner than another can be opened. Under a server that is slow for seconds each request gets one
 * after a second, or it would be lost for want of a connection where a fresh lane's gets its answer.
 */
export class KeptLane extends LaneSender {
  readonly #free = new Fifo<Slot>();
  readonly #mostOverflow: Overflow;
  /** Overflow connections that are there, and those of them that are not in use, the last used last. */
  #overflow = 0;
  /** The round in which the last of them was opened. */
  #openedAtRound = -1;
  #spare: { connection: Connection; sinceUs: number }[] = [];

  constructor(options: LaneSenderOptions, connections: number, overflow: Overflow) {
    super(options);
    this.#mostOverflow = this.isUnpaced ? { atOnce: 0, ofWaiting: 0 } : overflow;
    for (let i = 0; i < connections; i++) this.#free.push({ connection: null });
  }

  override closeIdle(): void {
    for (let slot = this.#free.shift(); slot !== undefined; slot = this.#free.shift())
      if (slot.connection?.closed === false) slot.connection.close();
    this.#dropSpares(Number.POSITIVE_INFINITY);
  }

  override expire(now: number): void {
    super.expire(now);
    this.#dropSpares(now - spareForUs);
  }

  protected override room(): Room {
    const next = this.#free.peek();
    if (next === undefined) return this.#overflowRoom();
    const { connection } = next;
    return connection === null || connection.closed || connection.isSettled() ? 'free' : 'poll';
  }

  protected override start(due: Due): void {
    const slot = this.#free.shift();
    if (slot === undefined) {
      this.#startOverflow(due);
      return;
    }
    const connection = this.#usable(slot) ?? new Connection(this.wire, { overflow: false, kept: true });
    this.#send(due, connection, () => {
      slot.connection = connection;
      if (!connection.closed && this.#hasLived(connection)) connection.close();
      this.#free.push(slot);
    });
  }

  #overflowRoom(): Room {
    const spare = this.#lastSpare();
    if (spare?.isSettled()) return 'free';
    const { atOnce, ofWaiting } = this.#mostOverflow;
    if (this.#overflow < atOnce || (this.#overflow < ofWaiting && this.waitedUs() >= patientForUs))
      return this.#openedAtRound === this.wire.rounds() ? 'poll' : 'free';
    return spare === undefined ? 'full' : 'poll';
  }

  #startOverflow(due: Due): void {
    let connection = this.#lastSpare();
    if (connection?.isSettled()) this.#spare.pop();
    else {
      connection = new Connection(this.wire, { overflow: true, kept: true });
      this.#overflow++;
      this.#openedAtRound = this.wire.rounds();
    }
    const used = connection;
    this.#send(due, used, () => {
      if (!used.closed && this.#hasLived(used)) used.close();
      if (used.closed) this.#overflow--;
      else this.#spare.push({ connection: used, sinceUs: nowUs() });
    });
  }

  /** The one used last; those that the server has closed since are forgotten. */
  #lastSpare(): Connection | undefined {
    for (let last = this.#spare.at(-1); last !== undefined; last = this.#spare.at(-1)) {
      if (!last.connection.closed) return last.connection;
      this.#spare.pop();
      this.#overflow--;
    }
    return undefined;
  }

  #dropSpares(unusedSinceUs: number): void {
    if (this.#spare.length === 0) return;
    this.#spare = this.#spare.filter(({ connection, sinceUs }) => {
      const stays = !connection.closed && sinceUs >= unusedSinceUs;
      if (!stays) this.#overflow--;
      if (!stays && !connection.closed) connection.close();
      return stays;
    });
  }

  #usable({ connection }: Slot): Connection | null {
    if (connection === null || connection.closed) return null;
    const { ageUs } = this.work.lane.life;
    if (ageUs === null || nowUs() - connection.openedUs < ageUs) return connection;
    connection.close();
    return null;
  }

  #hasLived(connection: Connection): boolean {
    const { requests } = this.work.lane.life;
    return requests !== null && connection.uses >= requests;
  }

  #send(due: Due, connection: Connection, ended: () => void): void {
    const { lane, requests } = this.work;
    const { path } = lane.request;
    const attempt = this.attempt(this.id(due.index), null, path, due);
    connection.send({
      attempt,
      work: this.work,
      bytes: requests.write(path, attempt.id),
      ended: () => {
        ended();
        this.ended(attempt);
      },
    });
  }
}
