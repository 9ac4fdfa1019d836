import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { nowUs } from '../../../record/clock.ts';
import { Answer } from '../../traffic/answer.ts';

/** A connection of one of autocannon's clients, from when it began to open. */
export class Link {
  readonly socket: Socket;
  /** Unique in the run. */
  readonly number: number;
  readonly answer = new Answer();
  readonly beganUs = nowUs();
  uses = 0;
  lookedUpUs: number | null = null;
  connectedUs: number | null = null;
  securedUs: number | null = null;
  /** When its last attempt had ended. */
  idleSinceUs = 0;

  constructor(socket: Socket, number: number) {
    this.socket = socket;
    this.number = number;
    socket.once('lookup', () => {
      this.lookedUpUs = nowUs();
    });
    socket.once('connect', () => {
      this.connectedUs = nowUs();
    });
    socket.once('secureConnect', () => {
      this.securedUs = nowUs();
    });
  }

  get isSecure(): boolean {
    return 'encrypted' in this.socket && (this.socket as TLSSocket).encrypted === true;
  }

  /** Why nothing more comes on it: FIN, an error's code, `closed` by autocannon's own hand; null while it is open. */
  get over(): string | null {
    const { errored, readableEnded, destroyed } = this.socket;
    if (errored) return (errored as NodeJS.ErrnoException).code ?? errored.message;
    if (readableEnded) return 'FIN';
    return destroyed ? 'closed' : null;
  }
}
