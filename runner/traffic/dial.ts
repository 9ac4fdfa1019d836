import { connect, type Socket } from 'node:net';
import type { Place } from './destination.ts';
import type { LocalEnd } from './source-address.ts';

export interface SocketListener {
  connected(): void;
  /** `length` bytes are at the start of the buffer, until the callback returns. */
  read(length: number, buffer: Buffer): void;
  /** It ended: by the other side's FIN, or by an error's code; `writing` where a write failed. */
  cut(by: string, writing: boolean): void;
}

/**
 * Begins a TCP connection. All reads of a thread go into one buffer. Half-open sockets are allowed, so that it is our
 * decision what a FIN means; one address is tried, since trying the next would hide a refusal.
 */
export function dial(place: Place, local: LocalEnd | undefined, buffer: Buffer, listener: SocketListener): Socket {
  const onread = {
    buffer,
    callback: (length: number, bytes: Uint8Array) => {
      listener.read(length, bytes as Buffer);
      return true;
    },
  };
  const socket = connect({
    host: place.host,
    port: place.port,
    noDelay: true,
    allowHalfOpen: true,
    autoSelectFamily: false,
    onread,
    ...(local === undefined ? {} : { localAddress: local.address, localPort: local.port }),
  });
  socket.on('connect', () => {
    // A socket of the ephemeral range can meet itself at a closed port (simultaneous open, RFC 9293, 3.5).
    if (socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress)
      listener.cut('ECONNREFUSED', false);
    else listener.connected();
  });
  socket.on('end', () => listener.cut('FIN', false));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    listener.cut(error.code ?? error.message, error.syscall === 'write'),
  );
  return socket;
}
