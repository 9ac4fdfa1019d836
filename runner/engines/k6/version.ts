import { execFile } from 'node:child_process';
import { HitlessError } from '../../../record/error.ts';
import { withoutK6Settings } from './command.ts';

/** A k6 that is there. */
export interface K6 {
  /** What starts it: a path, or a name on the PATH. */
  file: string;
  /** As it says: `v2.2.0`. */
  version: string;
  major: number;
}

export type K6Answer = { version: string } | { fault: string };

/** The user's own binary: K6, or the one on the PATH. */
export function k6File(env: NodeJS.ProcessEnv = process.env): string {
  return env.K6 || 'k6';
}

const answerMs = 10_000;

/** `k6 version --json` is there since 0.57. Without the variables that change what k6 does. */
export function askVersion(file: string, signal: AbortSignal = AbortSignal.timeout(answerMs)): Promise<K6Answer> {
  const { promise, resolve } = Promise.withResolvers<K6Answer>();
  const options = { env: withoutK6Settings(process.env), signal, killSignal: 'SIGKILL', maxBuffer: 100_000 } as const;
  execFile(file, ['version', '--json'], options, (error, stdout) => {
    if (error?.code === 'ENOENT') return resolve({ fault: 'ENOENT' });
    const version = versionIn(stdout);
    resolve(version === undefined ? { fault: 'what does not tell its version is' } : { version });
  });
  return promise;
}

/** k6 1.0 or newer. Rejects with HITLESS_K6_MISSING, HITLESS_K6_UNKNOWN or HITLESS_K6_TOO_OLD. */
export async function findK6(file: string = k6File()): Promise<K6> {
  const answer = await askVersion(file);
  if ('version' in answer) return requireNew(answer.version, file);
  const where = process.env.K6 ? `K6=${file}` : 'on the PATH';
  const hint = 'Install k6 1.0 or newer, or name the binary in K6. hitless brings none along: it is yours to choose.';
  if (answer.fault === 'ENOENT')
    throw new HitlessError('HITLESS_K6_MISSING', `a lane asks for the engine k6, and there is none ${where}`, {
      blame: 'environment',
      hint,
    });
  throw new HitlessError('HITLESS_K6_UNKNOWN', `${file} does not say which version of k6 it is`, {
    blame: 'environment',
    hint,
  });
}

function requireNew(version: string, file: string): K6 {
  const { major } = numbersOf(version);
  if (major >= 1) return { file, version, major };
  throw new HitlessError('HITLESS_K6_TOO_OLD', `${file} is k6 ${version}: the engine k6 needs 1.0 or newer`, {
    blame: 'environment',
    hint: 'Install k6 1.0 or newer, or name another binary in K6.',
  });
}

export function numbersOf(version: string): { major: number; minor: number } {
  const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return { major, minor };
}

function versionIn(text: string): string | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' && /^v\d{1,4}\.\d{1,4}[-+.\w]{0,60}$/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** What a version from 1.0 on lacks of what the engine makes use of (k6's release notes); undefined: nothing. */
export function lackOf(version: string): string | undefined {
  const { major, minor } = numbersOf(version);
  const patch = Number(/^v\d+\.\d+\.(\d+)/.exec(version)?.[1] ?? 0);
  const hasCodes = major === 1 ? minor > 8 || (minor === 8 && patch >= 1) : minor >= 2;
  return hasCodes
    ? undefined
    : 'error codes for HTTP/2 (since 1.8.1 and 2.2): such a loss is seen, and called malformed';
}
