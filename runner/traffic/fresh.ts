import { Connection } from './connection.ts';
import { type Due, LaneSender, type LaneSenderOptions, type Room } from './lane-sender.ts';

/** A new connection for each attempt, closed when it has its answer and nothing has followed. */
export class FreshLane extends LaneSender {
  readonly #most: number;
  #underWay = 0;

  /** `most`: how many may be under way at once. */
  constructor(options: LaneSenderOptions, most: number) {
    super(options);
    this.#most = most;
  }

  override closeIdle(): void {}

  protected override room(): Room {
    return this.#underWay < this.#most ? 'free' : 'full';
  }

  protected override start(due: Due): void {
    const { lane, requests } = this.work;
    const { path } = lane.request;
    const attempt = this.attempt(this.id(due.index), null, path, due);
    this.#underWay++;
    new Connection(this.wire, { overflow: false, kept: false }).send({
      attempt,
      work: this.work,
      bytes: requests.write(path, attempt.id),
      ended: () => {
        this.#underWay--;
        this.ended(attempt);
      },
    });
  }
}
