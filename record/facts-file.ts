import { Type } from 'typebox';
import { readEvents } from './events-file.ts';
import { engineNames, type RunFacts } from './facts.ts';
import { assertSchema, readJson, writeJson } from './json-file.ts';
import { LedgerSchema } from './ledger.ts';
import { Count } from './result-values.ts';
import type { RunFiles } from './run-folder.ts';
import { UsageFactsSchema } from './usage.ts';

const Us = Type.Number({ description: 'microseconds of the monotonic clock' });
const oneOf = (values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)));
const Source = Type.Optional(Type.String());

const LaneCountSchema = Type.Object({
  planned: Count,
  sent: Count,
  unsent: Count,
  ok: Count,
  failed: Count,
  unanswered: Count,
});

const FactsSchema = Type.Object({
  anchor: Type.Object({ monotonicUs: Us, wallMs: Type.Number() }),
  trafficFromUs: Us,
  trafficToUs: Us,
  complete: Type.Boolean(),
  errors: Type.Array(Type.String()),
  scenario: Type.Object({
    name: Type.String(),
    description: Type.Optional(Type.String()),
    file: Type.String(),
    seed: Type.Number(),
  }),
  target: Type.Object({
    kind: Type.String(),
    path: oneOf(['direct', 'l4-proxy', 'l7-proxy', 'unknown']),
    approximate: Type.Array(Type.String()),
    equalShares: Type.Boolean(),
  }),
  identity: Type.Object({ replica: Source, version: Source, counter: Source }),
  lanes: Type.Array(
    Type.Object({
      name: Type.String(),
      engine: oneOf(engineNames),
      blindTo: Type.Optional(
        Type.Array(
          Type.Object({
            what: Type.String(),
            hides: oneOf(['loss', 'time', 'kind']),
            shownByLedger: Type.Optional(Type.Boolean()),
          }),
        ),
      ),
      connection: oneOf(['fresh', 'kept', 'session']),
      flow: Type.Optional(Type.Boolean()),
      role: Type.Optional(oneOf(['app', 'control'])),
      peakRate: Type.Union([Type.Number(), Type.Null()]),
      arrivals: Type.Optional(oneOf(['constant', 'poisson', 'bursts'])),
      resolutionMs: Type.Number(),
      counted: Type.Optional(LaneCountSchema),
      findings: Type.Optional(
        Type.Array(
          Type.Object({
            name: Type.String(),
            verdict: oneOf(['pass', 'fail', 'inconclusive']),
            message: Type.String(),
            hint: Type.Optional(Type.String()),
            expected: Type.Union([Type.String(), Type.Null()]),
            actual: Type.Union([Type.String(), Type.Null()]),
          }),
        ),
      ),
    }),
  ),
  steps: Type.Array(
    Type.Object({
      index: Count,
      verb: Type.String(),
      name: Type.String(),
      fromUs: Us,
      toUs: Us,
      verdict: oneOf(['pass', 'fail', 'inconclusive', 'error']),
      message: Type.Optional(Type.String()),
      hint: Type.Optional(Type.String()),
      terminationsWatched: Type.Optional(Type.Boolean()),
      replaced: Type.Optional(Count),
      command: Type.Optional(
        Type.Object({
          exitCode: Type.Union([Type.Integer(), Type.Null()]),
          signal: Type.Union([Type.String(), Type.Null()]),
          timedOut: Type.Boolean(),
          endedUs: Us,
          log: Type.String(),
        }),
      ),
      rollback: Type.Optional(Type.Boolean()),
    }),
  ),
  rollback: Type.Optional(
    Type.Object({
      fromUs: Us,
      because: Type.Array(Type.String()),
      versions: Type.Optional(Type.Object({ before: Type.Array(Type.String()), after: Type.Array(Type.String()) })),
    }),
  ),
  usage: Type.Optional(UsageFactsSchema),
  ledger: Type.Optional(LedgerSchema),
  environment: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});

/** Writes run.json, whole or not at all; the events are in events.ndjson. Throws HITLESS_RECORD_WRITE. */
export function writeFacts(path: string, facts: RunFacts): void {
  const { events: _, ...rest } = facts;
  writeJson(path, rest);
}

/** run.json and events.ndjson of a run. Throws HITLESS_RECORD_READ, and HITLESS_RECORD_CORRUPT with what is wrong where. */
export function readFacts(files: Pick<RunFiles, 'facts' | 'events'>): RunFacts {
  const facts = readJson(files.facts);
  assertSchema<Omit<RunFacts, 'events'>>(FactsSchema, facts, 'run.json of hitless', files.facts);
  return { ...facts, events: readEvents(files.events) };
}
