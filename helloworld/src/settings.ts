import { isIP } from 'node:net';

/** What the environment says about this replica. docs/helloworld.md describes each variable. */
export interface Settings {
  version: 'v0.0.1' | 'v0.0.2';
  host: string;
  port: number;
  /** null: no signal handler at all, as in the tutorial. */
  drainMs: number | null;
  ready: boolean;
  startDelayMs: number;
  ignoreSigterm: boolean;
  answerDelayMs: number;
  ledger: string | null;
  /** null: the counter is in memory. */
  counterFile: string | null;
}

export class SettingError extends Error {}

/** An error that nobody catches is one line, and exit code 2 where a setting makes no sense, else 1. */
export function endOnError(app: string): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${app}: ${error.message}\n`);
    process.exit(error instanceof SettingError ? 2 : 1);
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings; an empty variable counts as one that is not there, as that is what a build argument without a
 * value becomes.
 * @throws SettingError with one line that names the variable, what it may be and what it was
 */
export function readSettings(environment: Environment): Settings {
  const settings: Settings = {
    version: oneOf(environment, 'VERSION', ['v0.0.1', 'v0.0.2']) ?? 'v0.0.1',
    host: address(environment, 'HOST') ?? '127.0.0.1',
    port: port(environment, 'PORT') ?? 3000,
    drainMs: duration(environment, 'DRAIN'),
    ready: oneOf(environment, 'READY', ['never']) === null,
    startDelayMs: duration(environment, 'START_DELAY') ?? 0,
    ignoreSigterm: oneOf(environment, 'IGNORE_SIGTERM', ['true', 'false']) === 'true',
    answerDelayMs: duration(environment, 'ANSWER_DELAY') ?? 0,
    ledger: environment.LEDGER || null,
    counterFile: environment.COUNTER_FILE || null,
  };
  if (settings.ignoreSigterm && settings.drainMs !== null)
    throw new SettingError('IGNORE_SIGTERM and DRAIN contradict each other: set one of them');
  return settings;
}

export function oneOf<T extends string>(environment: Environment, name: string, words: readonly T[]): T | null {
  const value = environment[name];
  if (!value) return null;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw wrong(name, words.join(' or '), value);
  return word;
}

/** A text that must be there. */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new SettingError(`${name} must be set`);
  return value;
}

export function address(environment: Environment, name: string): string | null {
  const value = environment[name];
  if (!value) return null;
  if (isIP(value) === 0) throw wrong(name, 'an IP address', value);
  return value;
}

export function port(environment: Environment, name: string): number | null {
  const value = environment[name];
  if (!value) return null;
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw wrong(name, 'a port from 0 (any free one) to 65535', value);
  return Number(value);
}

const msOf = { ms: 1, s: 1000, m: 60_000 } as const;
const longestMs = 3_600_000;

export function duration(environment: Environment, name: string): number | null {
  const value = environment[name];
  if (!value) return null;
  const match = /^(?:0|(\d+(?:\.\d+)?)(ms|s|m))$/.exec(value);
  const ms = Number(match?.[1] ?? 0) * msOf[(match?.[2] ?? 'ms') as keyof typeof msOf];
  if (match === null || ms > longestMs) throw wrong(name, 'a duration such as 500ms, 1s or 2m, at most 60m', value);
  return ms;
}

function wrong(name: string, expected: string, value: string): SettingError {
  return new SettingError(`${name} must be ${expected}, not ${JSON.stringify(value)}`);
}
