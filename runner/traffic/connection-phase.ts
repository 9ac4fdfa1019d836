import type { Lane } from './lane.ts';

/** What a connection's attempt waits for. */
export type ConnectionPhase = 'resolve' | 'connect' | 'tls' | 'headers' | 'body';

/** Which limit of its lane holds meanwhile. */
export const limitOf: Readonly<Record<ConnectionPhase, keyof Lane['limits']>> = {
  resolve: 'connectUs',
  connect: 'connectUs',
  tls: 'tlsUs',
  headers: 'headersUs',
  body: 'bodyUs',
};
