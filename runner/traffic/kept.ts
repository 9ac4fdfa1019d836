import { nowUs } from '../../record/clock.ts';
import { Connection } from './connection.ts';
import { Fifo } from './fifo.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from './lane-sender.ts';

/** One of the lane's connections; null where it is not open: the next attempt that gets its turn opens it. */
interface Slot {
  connection: Connection | null;
}

/**
 * A fixed number of connections used in turn, so that each gets its share. One that was lost is opened again by the next
 * attempt whose turn it is, and only then. Where all are busy an overflow connection is opened, for one attempt.
 */
export class KeptLane extends LaneSender {
  readonly #free = new Fifo<Slot>();
  readonly #mostOverflow: number;
  #overflow = 0;

  constructor(options: LaneSenderOptions, connections: number, overflow: number) {
    super(options);
    this.#mostOverflow = this.isUnpaced ? 0 : overflow;
    for (let i = 0; i < connections; i++) this.#free.push({ connection: null });
  }

  override closeIdle(): void {
    for (let slot = this.#free.shift(); slot !== undefined; slot = this.#free.shift())
      if (slot.connection?.closed === false) slot.connection.close();
  }

  protected override room(): Room {
    const next = this.#free.peek();
    if (next === undefined) return this.#overflow < this.#mostOverflow ? 'free' : 'full';
    const { connection } = next;
    return connection === null || connection.closed || connection.isSettled() ? 'free' : 'poll';
  }

  protected override start(due: Due): void {
    const slot = this.#free.shift();
    if (slot === undefined) {
      this.#overflow++;
      this.#send(due, new Connection(this.wire, { overflow: true, kept: false }), () => this.#overflow--);
      return;
    }
    const connection = this.#usable(slot) ?? new Connection(this.wire, { overflow: false, kept: true });
    this.#send(due, connection, () => {
      slot.connection = connection;
      if (!connection.closed && this.#hasLived(connection)) connection.close();
      this.#free.push(slot);
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
    this.began();
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
