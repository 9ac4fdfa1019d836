import type { Attempt, Phase } from '../../../record/attempt.ts';
import { nowUs } from '../../../record/clock.ts';
import { addressText } from '../../../targets/address.ts';
import { endAs, lossOf } from '../../traffic/attempt-end.ts';
import type { LaneWork } from '../../traffic/exchange.ts';
import { surplus } from '../../traffic/judge.ts';
import { newAttempt } from '../../traffic/new-attempt.ts';
import { type Ending, failedConnect, failedHandshake, isLateRefusal } from '../../traffic/outcome.ts';
import type { Held, Holder, Recorder } from '../../traffic/recorder.ts';
import { hideSecrets } from '../../traffic/secrets.ts';
import type { Client } from './client.ts';
import { Link } from './link.ts';
import type { Stalls } from './stalls.ts';

/** What the clients of a lane share. */
export interface Tap {
  work: Pick<LaneWork, 'lane' | 'judge' | 'secrets' | 'books'>;
  recorder: Recorder;
  stalls: Stalls;
  nextConnectionNumber(): number;
  /** Of the client's n-th request, from 0. */
  idOf(nth: number): string;
}

/**
 * Stands between one of autocannon's clients and its sockets. autocannon decides when to write, when to connect anew and
 * when it has waited for too long; what the server sends is read here, as the builtin engine reads it, and autocannon is
 * told of each whole answer by a bare one of the same status. So what it would lose without a word is seen (a request
 * under which the connection ends), and what would confuse it never gets to it (half an answer, two, 100 Continue).
 */
export class TappedClient implements Holder {
  readonly #client: Client;
  readonly #tap: Tap;
  #link: Link | null = null;
  #attempt: Attempt | null = null;
  /** The attempt under way was written before the sockets had been read after a stall. */
  #afterStall = false;
  #held: Held | null = null;
  #sent = 0;
  #delivering = false;
  #stopping = false;

  constructor(client: Client, tap: Tap) {
    this.#client = client;
    this.#tap = tap;
    client.on('request', () => this.#begin());
    client.on('done', () => this.#leave(null));
    client.on('timeout', () => {
      // Where its rate lets it, it has written the next one by now.
      if (this.#link !== null && this.#link.socket !== client.conn) this.#over(this.#link);
    });
  }

  /** Writes no more; the attempt under way, if there is one, comes to its end. */
  stop(): void {
    this.#stopping = true;
    if (this.#attempt === null) this.#client.destroy();
    else this.#client.responseMax = this.#client.reqsMade;
  }

  /** The attempt under way is unanswered. */
  abandon(): void {
    if (this.#attempt !== null) this.#end({ outcome: 'unanswered', phase: this.#phase(), detail: 'interrupted' });
    this.#client.destroy();
  }

  released(): void {
    this.#held = null;
  }

  /** autocannon writes a request next. */
  #begin(): void {
    const { conn } = this.#client;
    this.#leave(conn);
    const link = this.#link?.socket === conn ? this.#link : this.#follow();
    this.#release(null);
    const { lane, judge, books } = this.#tap.work;
    const now = nowUs();
    const { method, path } = lane.request;
    const times = { intendedUs: now, readyUs: now };
    const attempt = newAttempt({
      id: this.#tap.idOf(this.#sent++),
      lane: lane.name,
      session: null,
      method,
      path,
      ...times,
    });
    link.uses++;
    attempt.connection = link.number;
    attempt.connectionUse = link.uses;
    attempt.sentUs = now;
    attempt.idleUs = link.uses > 1 ? now - link.idleSinceUs : null;
    link.answer.expect(method === 'HEAD', judge.needsBody);
    this.#attempt = attempt;
    this.#afterStall = !this.#delivering && this.#tap.stalls.isRecent(now);
    books.tally.planned();
    books.tally.sent();
    books.blind.ready(now, now);
  }

  /** Ends what is under way on a connection that autocannon has left, or leaves for `next`. */
  #leave(next: Client['conn'] | null): void {
    const link = this.#link;
    if (this.#attempt === null || link === null) return;
    if (link.over !== null) this.#lose(link);
    else {
      // It writes without having been told of an answer: what comes now could be the answer to either.
      this.#end({ outcome: 'unanswered', phase: this.#phase(), detail: 'autocannon went on without an answer' });
      if (link.socket !== next) link.socket.destroy();
    }
  }

  /** Reads in autocannon's place what its new connection receives. */
  #follow(): Link {
    const socket = this.#client.conn;
    const link = new Link(socket, this.#tap.nextConnectionNumber());
    this.#link = link;
    const theirs = socket.listeners('data') as ((chunk: Buffer) => void)[];
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      const told = this.#read(link, chunk);
      if (told === null) return;
      this.#delivering = true;
      for (const tell of theirs) tell.call(socket, told);
      this.#delivering = false;
      this.#client.reconnectRate = 0;
    });
    // Behind autocannon's own, which has connected anew by then, and may not write yet. Over TLS the one can come behind the
    // other: autocannon would connect once more, and leave what it wrote meanwhile.
    socket.on('error', () => {
      socket.removeAllListeners('end');
      socket.destroy();
      this.#over(link);
    });
    socket.on('end', () => {
      socket.removeAllListeners('error');
      socket.on('error', () => {});
      this.#over(link);
    });
    return link;
  }

  #over(link: Link): void {
    if (this.#link !== link) return;
    if (this.#attempt !== null) this.#lose(link);
    if (this.#client.conn !== link.socket) this.#follow();
  }

  /** What autocannon is to be told; null: nothing. */
  #read(link: Link, chunk: Buffer): Buffer | null {
    if (this.#link !== link) return null;
    const attempt = this.#attempt;
    if (attempt === null) {
      this.#release(surplus(chunk.length));
      this.#cut(link);
      return null;
    }
    attempt.firstByteUs ??= nowUs();
    attempt.bytes += chunk.length;
    const { answer } = link;
    answer.read(chunk, chunk.length);
    if (answer.problem !== null) {
      this.#end({ outcome: 'malformed', phase: answer.status === null ? 'headers' : 'body', detail: answer.problem });
      this.#cut(link);
      return null;
    }
    if (!answer.complete) return null;
    this.#answered(link, false);
    if (answer.surplus > 0) {
      this.#cut(link);
      return null;
    }
    // RFC 9112, 9.6: nothing may be sent behind an answer that closes the connection; autocannon would.
    if (!answer.keepAlive) this.#client.reconnectRate = 1;
    return bareAnswer(answer.status as number);
  }

  /** `byEnd`: it had no length, and the end of the connection was its own. */
  #answered(link: Link, byEnd: boolean): void {
    const { ending, replica, version, counter } = this.#tap.work.judge.judge(link.answer);
    this.#identify({ replica, version });
    (this.#attempt as Attempt).counter = counter;
    this.#end(byEnd && link.isSecure && ending.outcome === 'ok' ? endUnknown : ending, link);
  }

  #identify({ replica, version }: { replica: string | null; version: string | null }): void {
    const attempt = this.#attempt as Attempt;
    attempt.version = version;
    attempt.replica = replica;
    if (replica !== null) attempt.replicaSource = 'answer';
  }

  /** The connection ended under the attempt. */
  #lose(link: Link): void {
    const { answer } = link;
    if (link.over === 'FIN' && answer.finish()) this.#answered(link, true);
    else {
      if (answer.status !== null) this.#identify(this.#tap.work.judge.identifyHead(answer));
      this.#end(this.#loss(link));
    }
  }

  #loss(link: Link): Ending {
    const attempt = this.#attempt as Attempt;
    const { bytes, idleUs } = attempt;
    const by = link.over ?? 'closed';
    const phase = this.#phase();
    if (by === 'closed') return { outcome: 'timeout', phase, detail: 'autocannon gave it up' };
    if (phase === 'resolve') return { outcome: 'unreachable', phase, detail: by };
    if (phase === 'connect') return failedConnect(by);
    if (phase === 'tls' || isLateRefusal(by, attempt)) {
      link.securedUs = null;
      return failedHandshake(by);
    }
    // The server may have ended it before, and nobody had looked.
    if (this.#afterStall && bytes === 0 && idleUs !== null)
      return { outcome: 'unanswered', phase, detail: `${by}, and this machine was busy just before it was sent` };
    return lossOf(attempt, link.answer, { by, phase: phase === 'body' ? 'body' : 'headers', us: nowUs() });
  }

  #phase(): Phase {
    const { connectedUs, securedUs, isSecure, answer, socket } = this.#link as Link;
    if (connectedUs === null) return failedLookup(socket.errored) ? 'resolve' : 'connect';
    if (isSecure && securedUs === null) return 'tls';
    return answer.status === null ? 'headers' : 'body';
  }

  /** `answered`: the connection that has a whole answer, behind which nothing may come. */
  #end(ending: Ending, answered: Link | null = null): void {
    const attempt = this.#attempt as Attempt;
    const link = this.#link as Link;
    const { work, recorder } = this.#tap;
    this.#attempt = null;
    const now = nowUs();
    const sentUs = attempt.sentUs as number;
    link.idleSinceUs = now;
    endAs(attempt, ending, link.answer.status, now);
    if (link.uses === 1) Object.assign(attempt, openingOf(link, sentUs));
    if (ending.outcome !== 'unsent') attempt.address = addressOf(link);
    if (work.secrets.length > 0) hideSecrets(attempt, work.secrets);
    if (answered === null) recorder.record(attempt, work.books);
    else this.#held = recorder.hold(attempt, work.books, this);
    if (this.#stopping) setImmediate(() => this.#client.destroy());
  }

  /** What came was not asked for, or is no answer: autocannon connects anew, as after any error. */
  #cut(link: Link): void {
    link.socket.destroy(new Error('what came is no answer to a request'));
  }

  #release(ending: Ending | null): void {
    if (this.#held !== null) this.#tap.recorder.release(this.#held, ending);
  }
}

/** node:tls does not tell an end that the server announced (close_notify; RFC 8446, 6.1) from one that anybody can make. */
const endUnknown: Ending = {
  outcome: 'unanswered',
  phase: 'body',
  detail: 'ended with its connection, and autocannon cannot tell whether the server had announced that',
};

function bareAnswer(status: number): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} -\r\ncontent-length: 0\r\n\r\n`);
}

function failedLookup(error: Error | null): boolean {
  return error !== null && 'syscall' in error && error.syscall === 'getaddrinfo';
}

/** autocannon may have opened it before there was anything to send. */
function openingOf({ beganUs, lookedUpUs, connectedUs, securedUs }: Link, sentUs: number): Partial<Attempt> {
  if (connectedUs !== null && connectedUs < sentUs) return {};
  return { connectedUs, securedUs, resolveUs: lookedUpUs === null ? null : Math.max(0, lookedUpUs - beganUs) };
}

function addressOf({ socket: { remoteAddress, remotePort } }: Link): string | null {
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return addressText({ host: remoteAddress, port: remotePort });
}
