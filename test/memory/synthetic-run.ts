import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { EventsFile } from '../../record/events-file.ts';
import type { RunFacts } from '../../record/facts.ts';
import { writeFacts } from '../../record/facts-file.ts';
import { runFiles } from '../../record/run-folder.ts';
import { anAttempt } from '../record/attempt-samples.ts';

const startUs = 9_000_000_000;
const ratePerS = 20_000;
/** As many as a traffic thread holds when it writes them out, each 50 ms. */
const rowsOfBatch = ratePerS / 20;

/** A run of one kept lane with 50 connections over three replicas, all of it well but one attempt in a million. */
export function writeSyntheticRun(folder: string, attempts: number): void {
  const files = runFiles(folder);
  writeAttempts(files.attempts, attempts);
  new EventsFile(files.events).close();
  writeFacts(files.facts, factsOf((attempts / ratePerS) * 1e6));
}

function writeAttempts(path: string, count: number): void {
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  for (let i = 0; i < count; i++) {
    const intendedUs = startUs + Math.floor((i * 1e6) / ratePerS);
    const replica = i % 3;
    const failed = i % 1_000_000 === 500_000;
    writer.add(
      anAttempt({
        id: `r-${i}`,
        lane: 'regulars',
        connection: i % 50,
        connectionUse: Math.floor(i / 50) + 1,
        intendedUs,
        readyUs: intendedUs + (i % 700),
        sentUs: intendedUs + (i % 700) + (i % 200),
        connectedUs: null,
        securedUs: null,
        firstByteUs: intendedUs + 990,
        endUs: intendedUs + 1000 + ((i * 7919) % 5000),
        outcome: failed ? 'reset' : 'ok',
        phase: failed ? 'headers' : null,
        replica: `replica${replica}`,
        pod: `mimuc-app-${replica}`,
        counter: Math.floor(i / 3) + 1,
        idleUs: 2500,
      }),
    );
    if (i % rowsOfBatch === rowsOfBatch - 1) writer.flush();
  }
  writer.close();
  endAttemptsFile(path);
}

function factsOf(durationUs: number): RunFacts {
  return {
    anchor: { monotonicUs: startUs, wallMs: 1_700_000_000_000 },
    trafficFromUs: startUs,
    trafficToUs: startUs + durationUs,
    complete: true,
    errors: [],
    scenario: { name: 'synthetic', file: 'synthetic.yml', seed: 1 },
    target: { kind: 'local', path: 'direct', approximate: [], equalShares: true },
    identity: { replica: 'body:/name', version: 'header:x-version', counter: 'body:/counter' },
    lanes: [{ name: 'regulars', engine: 'builtin', connection: 'kept', peakRate: ratePerS, resolutionMs: 50 }],
    steps: [{ index: 0, verb: 'hold', name: 'hold', fromUs: startUs, toUs: startUs + durationUs, verdict: 'pass' }],
    events: [],
    environment: {},
  };
}
