import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsSettings } from '../../targets/tls.ts';
import type { ScenarioInput } from './model.ts';
import { missing } from './paths.ts';
import { type FieldPath, fieldName, type Problem, shown } from './problem.ts';

/** `app.tls` with its files read. */
export interface Trust {
  settings: TlsSettings | undefined;
  problems: Problem[];
}

const place: FieldPath = ['app', 'tls'];
const certificates = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;
const privateKey = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;
const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;

/** Reads and judges the files of `app.tls`, whose paths are relative to `folder`. No message shows what they hold. */
export function trustOf({ tls }: ScenarioInput['app'], folder: string): Trust {
  if (tls === undefined) return { settings: undefined, problems: [] };
  const { ca, cert, key, ...rest } = tls;
  const problems: Problem[] = [];
  const read = (field: 'ca' | 'cert' | 'key', path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const found = fileText([...place, field], resolve(folder, path), path);
    if (typeof found === 'string') return found;
    problems.push(found);
    return undefined;
  };
  const texts = { ca: read('ca', ca), cert: read('cert', cert), key: read('key', key) };
  const settings = { ...rest, ...given({ ...texts, key: texts.key ?? keyWithin(texts.cert) }) };
  if (problems.length === 0) problems.push(...faults(settings, tls));
  return { settings, problems };
}

function fileText(path: FieldPath, file: string, written: string): string | Problem {
  const absent = missing(path, file, written, 'file');
  if (absent !== undefined) return absent;
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    return at(path, `${shown(written)} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A certificate's file may hold its key too. */
function keyWithin(cert: string | undefined): string | undefined {
  return cert !== undefined && (privateKey.test(cert) || encrypted.test(cert)) ? cert : undefined;
}

function faults({ ca, cert, key }: TlsSettings, written: NonNullable<ScenarioInput['app']['tls']>): Problem[] {
  const found: Problem[] = [];
  const wrong = (field: 'ca' | 'cert' | 'key', message: string) => found.push(at([...place, field], message));
  if (ca !== undefined && !isCertificates(ca)) wrong('ca', `${shown(written.ca)} holds no certificate in PEM`);
  if (cert !== undefined && !isCertificates(cert)) wrong('cert', `${shown(written.cert)} holds no certificate in PEM`);
  if (cert !== undefined && key === undefined) wrong('cert', 'needs the key that belongs to it, app.tls.key');
  if (cert === undefined && key !== undefined) wrong('key', 'needs the certificate that it belongs to, app.tls.cert');
  const keyField = written.key === undefined ? 'cert' : 'key';
  const keyFile = shown(written[keyField]);
  if (key !== undefined && encrypted.test(key))
    wrong(keyField, `the key in ${keyFile} has a passphrase; take it out into a file that only you can read`);
  else if (key !== undefined && !privateKey.test(key)) wrong(keyField, `${keyFile} holds no private key in PEM`);
  if (found.length > 0 || cert === undefined || key === undefined) return found;
  const fault = pairFault(cert, key);
  if (fault !== undefined) wrong(keyField, `${keyFile} ${fault}`);
  return found;
}

function isCertificates(text: string): boolean {
  try {
    const each = text.match(certificates) ?? [];
    for (const pem of each) new X509Certificate(pem);
    return each.length > 0;
  } catch {
    return false;
  }
}

function pairFault(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
      ? 'is not the key of the certificate'
      : `holds a key that cannot be used (${code ?? 'unreadable'})`;
  }
}

function given(texts: Record<'ca' | 'cert' | 'key', string | undefined>): TlsSettings {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}

function at(path: FieldPath, message: string): Problem {
  return { path, at: 'value', message: `${fieldName(path)}: ${message}` };
}
