import { setTimeout as sleep } from 'node:timers/promises';
import { readAttempts } from '../../record/attempts-reader.ts';
import type { AccessLogFacts } from '../../record/facts.ts';
import { rewriteAttempts } from '../../record/rewrite-attempts.ts';
import { AppendedFile } from '../appended-file.ts';
import { formatOf, type LogEntry, type LogFormat, readLine } from './formats.ts';

export interface AccessLogOptions {
  file: string;
  /** By default told by its lines. */
  format?: LogFormat;
}

/** Past that many a log is too long to be joined; the rest of the run stays as it is. */
const mostEntries = 2_000_000;
/** Envoy writes what it has each 10 s (--file-flush-interval-msec). */
const longestWaitMs = 12_000;

/**
 * A proxy's own record of the requests of a run: which replica each went to, and how many were asked before one
 * answered. It is read from where it ended when traffic began.
 */
export class AccessLog {
  readonly #file: AppendedFile;
  readonly #format: LogFormat | undefined;

  /** Throws HITLESS_ACCESS_LOG where there is no such file, or it cannot be read. */
  constructor({ file, format }: AccessLogOptions) {
    this.#file = new AppendedFile(file, {
      what: 'access log',
      code: 'HITLESS_ACCESS_LOG',
      hint: 'The proxy has to write it where this machine can read it.',
    });
    this.#format = format;
  }

  /** Puts what the log says into the record of attempts, in place; tells what it found. */
  async join(attemptsFile: string, signal: AbortSignal): Promise<AccessLogFacts> {
    const last = lastAnswered(attemptsFile);
    let entries = await this.#entries();
    for (const until = performance.now() + longestWaitMs; last !== null && !entries.has(last); ) {
      if (performance.now() > until || signal.aborted) break;
      await sleep(250);
      entries = await this.#entries();
    }
    return { file: this.#file.path, ...rewritten(attemptsFile, entries) };
  }

  async #entries(): Promise<Map<string, LogEntry>> {
    let format = this.#format;
    const entries = new Map<string, LogEntry>();
    for await (const line of this.#file.lines()) {
      format ??= formatOf(line);
      const entry = format === undefined ? null : readLine(line, format);
      if (entry !== null && entries.size < mostEntries) entries.set(entry.id, entry);
    }
    return entries;
  }
}

function lastAnswered(attemptsFile: string): string | null {
  let last: { id: string; us: number } | null = null;
  for (const batch of readAttempts(attemptsFile))
    for (let row = 0; row < batch.length; row++) {
      const us = batch.endUs[row] as number;
      if (batch.outcome.at(row) === 'ok' && us > (last?.us ?? 0)) last = { id: batch.id.at(row) as string, us };
    }
  return last?.id ?? null;
}

/** The record once more, with the upstream as the replica where no answer named one. */
function rewritten(attemptsFile: string, entries: ReadonlyMap<string, LogEntry>): Omit<AccessLogFacts, 'file'> {
  const hidden = new Map<string, number>();
  let requests = 0;
  let joined = 0;
  rewriteAttempts(attemptsFile, (attempt) => {
    const entry = entries.get(attempt.id);
    if (attempt.outcome !== 'unsent') requests++;
    if (entry === undefined) return;
    joined++;
    if (attempt.replica === null && entry.upstream !== null) {
      attempt.replica = entry.upstream;
      attempt.replicaSource = 'balancer';
    }
    if (attempt.outcome === 'ok' && entry.attempts > 1)
      hidden.set(attempt.method, (hidden.get(attempt.method) ?? 0) + 1);
  });
  return { requests, joined, hidden: Object.fromEntries(hidden) };
}
