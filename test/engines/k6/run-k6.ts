import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Attempt } from '../../../record/attempt.ts';
import { createAttemptsFile, endAttemptsFile } from '../../../record/attempts-writer.ts';
import type { Event } from '../../../record/event.ts';
import type { Identity } from '../../../record/facts.ts';
import { k6 } from '../../../runner/engines/k6/k6.ts';
import type { Lane } from '../../../runner/traffic/lane.ts';
import type { LaneCounts, Traffic } from '../../../runner/traffic/traffic.ts';
import { temporaryFolder } from '../../record/temporary-folder.ts';
import { laneOf, rowsOf } from '../../traffic/run-lanes.ts';

/** `npm run test:k6`: the binary is the user's own k6, not the program that speaks as it does. */
export const isReal = process.env.HITLESS_TEST_K6 === 'real';

export const scripts = join(import.meta.dirname, '../../../scenarios/k6');

/** What K6 names in this test: the program that speaks as k6 does, in that version. */
export function useSpeaker(version = 'v2.2.0'): void {
  if (isReal) return;
  useBinary(speaker(version));
}

/** As the text of a shell script. */
export function speaker(version = 'v2.2.0'): string {
  const program = join(import.meta.dirname, 'speaker/k6.ts');
  return `SPEAKER_VERSION=${version} exec '${process.execPath}' --no-warnings '${program}' "$@"`;
}

/** What K6 names in this test: a shell script. */
export function useBinary(commands: string): void {
  const file = join(temporaryFolder(), 'k6');
  writeFileSync(file, `#!/bin/sh\n${commands}\n`);
  chmodSync(file, 0o755);
  useFile(file);
}

export function useFile(file: string): void {
  const before = process.env.K6;
  process.env.K6 = file;
  onTestFinished(() => {
    if (before === undefined) delete process.env.K6;
    else process.env.K6 = before;
  });
}

export interface Asked {
  port: number;
  lane?: Partial<Lane>;
  /** Text of a script of the test's own, which finds ours at HITLESS_MODULE. */
  script?: string;
  env?: Record<string, string>;
  identity?: Identity;
  until?: (traffic: Traffic, told: { errors: Error[]; folder: string }) => Promise<void>;
}

export interface Ran {
  rows: Attempt[];
  counts: LaneCounts;
  events: Event[];
  errors: Error[];
  fromUs: number;
  /** What is left in the folder of the run. */
  files: string[];
}

/** Runs one lane with k6, to the end of its script unless `until` says otherwise. */
export async function runK6({ port, lane, script, env = {}, identity = {}, until }: Asked): Promise<Ran> {
  const folder = temporaryFolder();
  const attemptsFile = join(folder, 'attempts.arrows');
  const events: Event[] = [];
  const errors: Error[] = [];
  createAttemptsFile(attemptsFile);
  const own = {
    engine: 'k6' as const,
    ...lane,
    ...(script !== undefined && { k6: { script: scriptFile(script), env } }),
  };
  const traffic = await k6.prepare({
    lanes: [laneOf(own)],
    identity,
    route: { kind: 'address', url: `http://127.0.0.1:${port}` },
    seed: 1,
    attemptsFile,
    onEvent: (event) => events.push(event),
    onError: (error) => errors.push(error),
  });
  const fromUs = traffic.start();
  try {
    if (until === undefined) await traffic.finished;
    else await until(traffic, { errors, folder });
  } catch (error) {
    await traffic.abort();
    throw error;
  }
  await traffic.stop();
  endAttemptsFile(attemptsFile);
  const [counts] = traffic.counts() as [LaneCounts];
  return { rows: rowsOf(attemptsFile), counts, events, errors, fromUs, files: readdirSync(folder).toSorted() };
}

export function scriptFile(text: string): string {
  const file = join(temporaryFolder(), 'script.ts');
  writeFileSync(file, text.replaceAll('HITLESS_MODULE', join(scripts, 'hitless.ts')));
  return file;
}

/** Waits for a condition, for a minute at the most. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const over = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > over) throw new Error(`waited a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function lossesUnseen({ counts }: Ran): string[] {
  return (counts.atEnd?.blindTo ?? []).filter(({ hides }) => hides === 'loss').map(({ what }) => what);
}
