import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

type KeyPair = webcrypto.CryptoKeyPair;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

/** PEM texts. */
export interface Pair {
  cert: string;
  key: string;
}

export interface LeafOptions {
  names?: string[];
  /** From and to, in days from now. */
  days?: [from: number, to: number];
}

/** An authority that makes certificates for tests, and is trusted by nobody who is not told of it. */
export class Authority {
  readonly #name: string;
  readonly #keys: KeyPair;
  readonly pair: Pair;

  private constructor(name: string, keys: KeyPair, pair: Pair) {
    this.#name = name;
    this.#keys = keys;
    this.pair = pair;
  }

  static async make(name = 'CN=Authority of tests'): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name,
      keys,
      signingAlgorithm: algorithm,
      ...validity([-1, 10]),
      serialNumber: serial(),
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new Authority(name, keys, await pairOf(certificate, keys));
  }

  /** A certificate that it signs. */
  async leaf({ names = ['localhost', '127.0.0.1'], days = [-1, 10] }: LeafOptions = {}): Promise<Pair> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${names[0]}`,
      issuer: this.#name,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(days),
      serialNumber: serial(),
      extensions: [alternatives(names)],
    });
    return pairOf(certificate, keys);
  }
}

/** A certificate that nobody else has signed. */
export async function selfSigned(names = ['localhost', '127.0.0.1']): Promise<Pair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${names[0]}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity([-1, 10]),
    serialNumber: serial(),
    extensions: [alternatives(names)],
  });
  return pairOf(certificate, keys);
}

let made = 0;

function serial(): string {
  made++;
  return made.toString(16).padStart(4, '0');
}

function newKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<KeyPair>;
}

function validity([from, to]: [number, number]) {
  return { notBefore: new Date(Date.now() + from * dayMs), notAfter: new Date(Date.now() + to * dayMs) };
}

function alternatives(names: readonly string[]): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension(
    names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
  );
}

async function pairOf(certificate: X509Certificate, { privateKey }: KeyPair): Promise<Pair> {
  const der = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(der, 'PRIVATE KEY') };
}
