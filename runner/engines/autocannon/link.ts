import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { nowUs } from '../../../record/clock.ts';
import { alertOf } from '../../../targets/tls.ts';
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
  #error: Error | null = null;

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
    // Before autocannon's own, which connects anew at once; TLS tells of an error without destroying its socket.
    socket.prependListener('error', (error) => {
      this.#error ??= error;
    });
  }

  get isSecure(): boolean {
    return 'encrypted' in this.socket && (this.socket as TLSSocket).encrypted === true;
  }

  /**
   * Why nothing more comes on it: FIN, an error's code, the other side's alert (`alert unknown_ca`), `closed` by
   * autocannon's own hand; null while it is open.
   */
  get over(): string | null {
    const { readableEnded, destroyed } = this.socket;
    const error = this.#error ?? this.socket.errored;
    if (error) return nameOf(error);
    if (readableEnded) return 'FIN';
    return destroyed ? 'closed' : null;
  }
}

/** What TLS says to a write that waits: OpenSSL's word is in the message alone, where a read has it in its code. */
const wordOfWrite = /:SSL routines:[^:]*:([^:]+):/;

function nameOf({ code, message }: NodeJS.ErrnoException): string {
  const word = code === 'EPROTO' ? wordOfWrite.exec(message)?.[1] : undefined;
  const name = word === undefined ? (code ?? message) : `ERR_SSL_${word.toUpperCase().replaceAll(' ', '_')}`;
  const alert = alertOf(name);
  return alert === undefined ? name : `alert ${alert}`;
}
