import type { Socket } from 'node:net';
import type autocannon from 'autocannon';
import { HitlessError } from '../../../record/error.ts';

/**
 * One of autocannon's clients, which has one connection at a time: what its documentation says of it, and what the source
 * of the version that package.json names has beside that. With pipelining 1, `request` comes just before each write.
 */
export type Client = autocannon.Client & {
  /** Replaced when it connects anew. */
  conn: Socket;
  /** It has written so many. */
  readonly reqsMade: number;
  /** Where it is above 0, the client ends in place of writing more than so many. */
  responseMax: number;
  /** Where it is above 0, it connects anew after each so many answers, before it writes. */
  reconnectRate: number;
  destroy(): void;
  on(event: 'request' | 'done' | 'timeout', listener: () => void): unknown;
};

/** Throws HITLESS_ENGINE where another version of autocannon has another client. */
export function assertClient(client: autocannon.Client): asserts client is Client {
  const { reqsMade, destroy } = client as Partial<Client>;
  if (typeof reqsMade === 'number' && typeof destroy === 'function') return;
  throw new HitlessError('HITLESS_ENGINE', 'this version of autocannon is not one that hitless knows', {
    blame: 'environment',
    hint: 'Install hitless as it was published: it brings the version that it was tested with.',
  });
}
