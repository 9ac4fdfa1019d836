import type { Outcome } from '../../record/attempt.ts';
import type { BeforeRequest, TlsBehaviour } from './misbehaving-tls-server.ts';

/** What each thing that the server does to a request is to the client. */
export const ofRequests: Record<TlsBehaviour, Outcome> = {
  good: 'ok',
  'close-notify': 'closed',
  'bare-fin': 'closed',
  rst: 'reset',
  'mid-headers': 'closed',
  'mid-headers-bare': 'closed',
  'mid-body': 'truncated',
  'mid-body-bare': 'truncated',
  'mid-chunk-bare': 'truncated',
  'mid-body-garbage': 'truncated',
  garbage: 'reset',
  'until-close': 'ok',
  'until-close-bare': 'truncated',
  'until-close-rst': 'truncated',
  'last-of-connection': 'ok',
  'good-then-bare-fin': 'ok',
  'too-long': 'surplus',
  'status-500': 'status',
  'not-http': 'malformed',
  'too-late': 'closed',
};

/** And to a connection before there is a request; all are of the phase tls. OpenSSL has several words for what is no TLS. */
export const ofConnections: Record<BeforeRequest, string> = {
  stall: 'timeout not within 10000 ms',
  fin: 'closed FIN',
  rst: 'reset ECONNRESET',
  plain: 'malformed ERR_SSL',
  alert: 'refused alert handshake_failure',
  expired: 'invalid CERT_HAS_EXPIRED',
  'not-yet': 'invalid CERT_NOT_YET_VALID',
  'wrong-name': 'invalid ERR_TLS_CERT_ALTNAME_INVALID',
  'self-signed': 'invalid DEPTH_ZERO_SELF_SIGNED_CERT',
  'unknown-authority': 'invalid UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'client-certificate': 'refused alert certificate_required',
  'client-certificate-1.2': 'refused alert handshake_failure',
};

/** How often each comes. */
export const counted = <T>(items: readonly T[]) => {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
};
