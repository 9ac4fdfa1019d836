import type { Socket } from 'node:net';
import type { Attempt, Phase } from '../../record/attempt.ts';
import { nowUs } from '../../record/clock.ts';
import { addressText } from '../../targets/address.ts';
import { Answer } from './answer.ts';
import { endAs, lossOf } from './attempt-end.ts';
import { type ConnectionPhase, limitOf } from './connection-phase.ts';
import { isPlace, type Place } from './destination.ts';
import { dial } from './dial.ts';
import type { Exchange, Wire } from './exchange.ts';
import { decodedBody, surplus } from './judge.ts';
import { type Ending, failedConnect, failedHandshake, isLateRefusal } from './outcome.ts';
import type { Held, Holder } from './recorder.ts';
import { hideSecrets } from './secrets.ts';
import { SecureSocket } from './secure-socket.ts';
import { SourceAddresses } from './source-address.ts';

/** Local ports of ours that somebody else has: so many are passed over for one attempt. */
const longestPortSearch = 1_000;

export interface ConnectionOptions {
  overflow: boolean;
  /** Stays open after an answer, if the server agrees. */
  kept: boolean;
}

/**
 * A connection and the one attempt that is under way on it. It is opened by its first attempt, whose failure it is when
 * that does not work; it never opens again and never sends anything twice.
 * Where our side closes it while its last attempt is held, the socket stays until that is released: what the server
 * sends behind its answer would not be seen otherwise.
 */
export class Connection implements Holder {
  readonly number: number;
  uses = 0;
  openedUs = 0;
  /** Nothing can be sent on it any more. */
  closed = false;
  readonly #wire: Wire;
  readonly #options: ConnectionOptions;
  readonly #answer: Answer;
  #socket: Socket | SecureSocket | null = null;
  #exchange: Exchange | null = null;
  #held: Held | null = null;
  #phase: ConnectionPhase = 'resolve';
  #address: string | null = null;
  #deadlineUs = 0;
  #idleSinceUs = 0;
  #answeredAtRound = 0;
  #pod: string | null = null;
  #replica: string | null = null;

  constructor(wire: Wire, options: ConnectionOptions) {
    this.number = wire.nextConnectionNumber();
    this.#wire = wire;
    this.#options = options;
    this.#answer = new Answer(wire.knownHeads);
  }

  /** Sends an attempt. Nothing else may be under way, and the connection may not be closed. */
  send(exchange: Exchange): void {
    const { attempt, work } = exchange;
    this.#exchange = exchange;
    this.#wire.busy.add(this);
    this.uses++;
    attempt.connection = this.number;
    attempt.connectionUse = this.uses;
    attempt.overflow = this.#options.overflow;
    attempt.address = this.#address;
    work.books.tally.sent();
    this.#answer.expect(attempt.method === 'HEAD', work.judge.needsBody || exchange.keepsBody === true);
    if (this.#socket === null) this.#open(attempt);
    else {
      this.#release(null);
      const now = nowUs();
      attempt.idleUs = now - this.#idleSinceUs;
      attempt.sentUs = now;
      this.#write();
    }
  }

  /**
   * Whether all sockets have been read once more since its last answer: a FIN or bytes that came right behind the answer
   * are known then. The answer came before the round that counts next, the other read lies between that and the one after.
   */
  isSettled(): boolean {
    return this.#wire.rounds() - this.#answeredAtRound >= 2;
  }

  /** Of the last answer, names and values in turn. */
  headers(): readonly string[] {
    return this.#answer.headers;
  }

  /** Of the last answer. */
  headerValues(name: string): string[] {
    return this.#answer.headerValues(name);
  }

  /** Of the last answer, without its content coding; null where it was not kept. Only while `ended` is being called. */
  body(): Buffer | null {
    const body = decodedBody(this.#answer);
    return body instanceof Error ? null : body;
  }

  /** Closes it from our side. Nothing may be under way. */
  close(): void {
    this.closed = true;
    if (this.#held === null) this.#destroy();
  }

  released(): void {
    this.#held = null;
    if (this.closed) this.#destroy();
  }

  /** Ends the attempt under way where it has reached a limit. Call it directly after the sockets have been read. */
  expire(now: number): void {
    if (this.#exchange === null || now < this.#deadlineUs) return;
    const { attempt } = this.#exchange;
    if (this.#phase === 'resolve') attempt.resolveUs = now - (attempt.sentUs as number);
    const limitUs = this.#limits()[limitOf[this.#phase]];
    this.#fail({ outcome: 'timeout', phase: this.#wirePhase(), detail: `not within ${limitUs / 1000} ms` });
  }

  /** Ends the attempt under way as unanswered: the run is cut short. */
  abandon(): void {
    if (this.#exchange !== null) this.#fail({ outcome: 'unanswered', phase: this.#wirePhase(), detail: 'interrupted' });
    else this.close();
  }

  #open(attempt: Attempt): void {
    const fromUs = nowUs();
    attempt.sentUs = fromUs;
    this.#deadlineUs = fromUs + this.#limits().connectUs;
    this.#wire.destination.next((found, resolvedUs) => {
      if (this.#exchange?.attempt !== attempt) return;
      if (resolvedUs !== null) attempt.resolveUs = resolvedUs - fromUs;
      if (isPlace(found)) this.#connect(attempt, found, longestPortSearch);
      else this.#fail(found);
    });
  }

  #connect(attempt: Attempt, place: Place, portsLeft: number): void {
    this.#pod = place.pod;
    this.#address = addressText(place);
    this.#phase = 'connect';
    attempt.address = this.#address;
    attempt.sentUs = nowUs();
    const local = SourceAddresses.reach(place.host) ? this.#wire.sources?.next(attempt.sentUs) : undefined;
    if (local === null) {
      this.#fail(failedConnect('EADDRNOTAVAIL'));
      return;
    }
    const { buffer, tls } = this.#wire;
    const listener = {
      connected: () => {
        if (socket === this.#socket) this.#connected(attempt);
      },
      secured: (resumed: boolean) => this.#secured(attempt, resumed),
      read: (length: number, bytes: Buffer) => this.#read(length, bytes),
      cut: (by: string, writing: boolean) => {
        if (socket !== this.#socket) return;
        const isTaken = by === 'EADDRINUSE' && local !== undefined && this.#phase === 'connect';
        if (isTaken && portsLeft > 0) this.#connect(attempt, place, portsLeft - 1);
        else this.#cut(by, writing);
      },
    };
    const socket: Socket | SecureSocket =
      tls === null ? dial(place, local, buffer, listener) : new SecureSocket(place, local, buffer, tls, listener);
    this.#socket = socket;
  }

  #connected(attempt: Attempt): void {
    attempt.connectedUs = nowUs();
    this.openedUs = attempt.connectedUs;
    if (this.#wire.tls === null) this.#write();
    else {
      this.#phase = 'tls';
      this.#deadlineUs = attempt.connectedUs + this.#limits().tlsUs;
    }
  }

  #secured(attempt: Attempt, resumed: boolean): void {
    attempt.securedUs = nowUs();
    attempt.resumed = resumed;
    this.#write();
  }

  #write(): void {
    const { bytes } = this.#exchange as Exchange;
    this.#phase = 'headers';
    this.#deadlineUs = nowUs() + this.#limits().headersUs;
    if (typeof bytes === 'string') this.#socket?.write(bytes, 'latin1');
    else this.#socket?.write(bytes);
  }

  #read(length: number, buffer: Buffer): void {
    if (this.#socket === null) return;
    if (this.#exchange === null) {
      this.#endIdle(surplus(length));
      return;
    }
    const { attempt } = this.#exchange;
    attempt.firstByteUs ??= nowUs();
    attempt.bytes += length;
    const answer = this.#answer;
    answer.read(buffer, length);
    if (answer.problem !== null)
      this.#fail({ outcome: 'malformed', phase: answer.status === null ? 'headers' : 'body', detail: answer.problem });
    else if (answer.complete) this.#answered(false);
    else if (answer.status !== null && this.#phase === 'headers') {
      this.#phase = 'body';
      this.#deadlineUs = nowUs() + this.#limits().bodyUs;
    }
  }

  #answered(hasEnded: boolean): void {
    const answer = this.#answer;
    const { attempt, work, isAsset } = this.#exchange as Exchange;
    const { ending, replica, version, counter } = work.judge.judge(answer, isAsset ? attempt.path : null);
    this.#identify(attempt, replica, version);
    attempt.counter = counter;
    const isSpent = hasEnded || answer.surplus > 0;
    if (isSpent) this.#destroy();
    else if (!this.#options.kept || !answer.keepAlive || this.#socket?.writableLength !== 0) this.closed = true;
    this.#end(ending, nowUs());
  }

  /** The connection ended, by the server or by an error. */
  #cut(by: string, writing: boolean): void {
    const isOpening = this.#phase === 'resolve' || this.#phase === 'connect';
    if (this.#exchange === null) this.#endIdle(null);
    else if (isOpening) this.#fail(failedConnect(by));
    else if (this.#phase === 'tls' || isLateRefusal(by, this.#exchange.attempt)) {
      this.#exchange.attempt.securedUs = null;
      this.#exchange.attempt.resumed = null;
      this.#fail(failedHandshake(by));
    } else if (by === 'FIN' && this.#answer.finish()) this.#answered(true);
    else {
      const now = nowUs();
      const isWriting = writing || this.#wirePhase() === 'write';
      const phase = this.#answer.status !== null ? 'body' : isWriting ? 'write' : 'headers';
      this.#fail(lossOf(this.#exchange.attempt, this.#answer, { by, phase, us: now }), now);
    }
  }

  #fail(ending: Ending, now: number = nowUs()): void {
    const { attempt, work } = this.#exchange as Exchange;
    if (this.#answer.status !== null) {
      const { replica, version } = work.judge.identifyHead(this.#answer);
      this.#identify(attempt, replica, version);
    } else this.#identify(attempt, null, null);
    this.#destroy();
    this.#end(ending, now);
  }

  #end(ending: Ending, now: number): void {
    const exchange = this.#exchange as Exchange;
    const { attempt, work } = exchange;
    this.#exchange = null;
    this.#wire.busy.delete(this);
    this.#idleSinceUs = now;
    this.#answeredAtRound = this.#wire.rounds();
    endAs(attempt, ending, this.#answer.status, now);
    if (work.secrets.length > 0) hideSecrets(attempt, work.secrets);
    if (this.#socket === null) this.#wire.recorder.record(attempt, work.books);
    else this.#held = this.#wire.recorder.hold(attempt, work.books, this);
    exchange.ended(this);
  }

  /** Who answered; where no answer says so, where the connection led, as far as that is known. */
  #identify(attempt: Attempt, replica: string | null, version: string | null): void {
    this.#replica = replica ?? this.#replica;
    attempt.pod = this.#pod;
    attempt.version = version;
    attempt.replica = replica ?? (this.#pod === null ? null : (this.#replica ?? this.#pod));
    if (attempt.replica !== null) attempt.replicaSource = replica === null ? 'connection' : 'answer';
  }

  #wirePhase(): Phase {
    return this.#phase === 'headers' && (this.#socket?.writableLength ?? 0) > 0 ? 'write' : this.#phase;
  }

  #limits() {
    return (this.#exchange as Exchange).work.lane.limits;
  }

  /** It is over while nothing is under way; `ending` is what that makes of the attempt before, if it is not a row yet. */
  #endIdle(ending: Ending | null): void {
    this.#destroy();
    this.#release(ending);
  }

  #release(ending: Ending | null): void {
    if (this.#held !== null) this.#wire.recorder.release(this.#held, ending);
  }

  #destroy(): void {
    this.closed = true;
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }
}
