import { isIP } from 'node:net';
import { type ConnectionOptions, createSecureContext, getCACertificates } from 'node:tls';

/** What connections over TLS trust and show. Certificates and keys are PEM texts, not paths. */
export interface TlsSettings {
  /** The authorities that are trusted, in place of those that this machine trusts. */
  ca?: string;
  /** What the client shows where a server asks for it. */
  cert?: string;
  key?: string;
  /** Any certificate is taken. */
  insecure?: boolean;
  /** Whose certificate it has to be, and what SNI says, in place of the URL's host. */
  servername?: string;
  /** A new connection goes on with the session of an earlier one, where the server lets it. */
  reuse?: boolean;
}

/**
 * How a connection to `host` (a URL's, without brackets) is secured. Reading the authorities takes some 50 ms, so make it
 * once. Throws what node:tls throws where `settings` hold no certificate or key.
 */
export function tlsOptions(settings: TlsSettings, host: string): ConnectionOptions {
  const { ca = machinesAuthorities(), cert, key, insecure = false, servername = host } = settings;
  return {
    // Whose certificate it has to be.
    host: servername,
    // No address may stand in SNI (RFC 6066, 3).
    ...(isIP(servername) === 0 ? { servername } : {}),
    secureContext: createSecureContext({
      // A certificate that is trusted by itself ends the chain, as with curl (--cacert of a leaf).
      allowPartialTrustChain: true,
      ca,
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
    ALPNProtocols: ['http/1.1'],
    // Said here, NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot turn it off unseen.
    rejectUnauthorized: !insecure,
  };
}

/** Node's own list, NODE_EXTRA_CA_CERTS, and those of the system: a company's authority is in one of the latter. */
function machinesAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

/**
 * What the other side's alert says, by RFC 8446's name: `certificate_required`; undefined where an error is none. OpenSSL
 * calls the same alert by several names: `tlsv13 alert certificate required`, `ssl/tls alert bad certificate`,
 * `tlsv1 unrecognized name`.
 */
export function alertOf(code: string): string | undefined {
  return /^ERR_SSL_(?:TLSV1|TLSV13|SSLV3|SSL\/TLS)_(?:ALERT_)?([A-Z_]+)$/.exec(code)?.[1]?.toLowerCase();
}
