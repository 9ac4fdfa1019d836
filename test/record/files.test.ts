import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { HitlessError } from '../../record/error.ts';
import type { Event } from '../../record/event.ts';
import { EventsFile, readEvents } from '../../record/events-file.ts';
import { readFacts, writeFacts } from '../../record/facts-file.ts';
import { readResult, resultJsonSchema, writeResult } from '../../record/result-file.ts';
import { makeNamedRunFolder, makeRunFolder, runFiles } from '../../record/run-folder.ts';
import { event, facts } from '../check/run.ts';
import { judged } from '../judge/judged.ts';
import { temporaryFolder } from './temporary-folder.ts';

function errorOf(run: () => unknown): HitlessError {
  try {
    run();
  } catch (error) {
    if (error instanceof HitlessError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const events: Event[] = [
  event('ready', 'pod-1', [1, 2], { version: 'v1', object: { kind: 'Pod' } }),
  event('exited', 'pod-1', 7, { exitCode: 0, message: 'zwei\nZeilen' }),
];

test('events are on the disk as soon as they are told, and a cut last line is left out', () => {
  const path = join(temporaryFolder(), 'events.ndjson');
  const file = new EventsFile(path);
  for (const one of events) {
    file.append(one);
    expect(readEvents(path).at(-1)).toEqual(one);
  }
  file.close();
  appendFileSync(path, '{"earliestUs":1,"latest');
  expect(readEvents(path)).toEqual(events);
});

test('a line that is no event is an error with its number', () => {
  const path = join(temporaryFolder(), 'events.ndjson');
  writeFileSync(path, `${JSON.stringify(events[0])}\n{"kind":"ready"}\n`);
  expect(errorOf(() => readEvents(path))).toMatchObject({
    code: 'HITLESS_RECORD_CORRUPT',
    location: { file: path, line: 2 },
  });
  expect(errorOf(() => readEvents(join(path, 'none'))).code).toBe('HITLESS_RECORD_READ');
});

test('facts come back as they were, events and all', () => {
  const files = runFiles(temporaryFolder());
  const run = facts({ events, errors: ['x'], target: { ...facts().target, details: { nodes: 2 } } });
  writeFacts(files.facts, facts());
  writeFacts(files.facts, run);
  const file = new EventsFile(files.events);
  for (const one of events) file.append(one);
  file.close();
  expect(readFacts(files)).toEqual(run);
  expect(JSON.parse(readFileSync(files.facts, 'utf8'))).not.toHaveProperty('events');
});

test('facts that are not as they must be are refused, with the place', () => {
  const folder = temporaryFolder();
  const files = runFiles(folder);
  new EventsFile(files.events).close();
  writeFacts(files.facts, facts({ steps: [{ ...facts().steps[0], verdict: 'fine' } as never] }));
  expect(errorOf(() => readFacts(files)).message).toContain('/steps/0/verdict');
  writeFileSync(files.facts, '{');
  expect(errorOf(() => readFacts(files))).toMatchObject({
    code: 'HITLESS_RECORD_CORRUPT',
    location: { file: files.facts },
  });
});

test('a file is replaced whole, or left as it was', () => {
  const folder = temporaryFolder();
  const files = runFiles(folder);
  writeFacts(files.facts, facts());
  mkdirSync(files.result);
  expect(errorOf(() => writeResult(files.result, judged(facts(), []))).code).toBe('HITLESS_RECORD_WRITE');
  expect(readdirSync(folder).toSorted()).toEqual(['result.json', 'run.json']);
});

test('a result is validated when it is written and when it is read', () => {
  const path = join(temporaryFolder(), 'result.json');
  const result = judged(facts(), []);
  writeResult(path, result);
  expect(readResult(path)).toEqual(result);
  expect(errorOf(() => writeResult(path, { ...result, durationMs: Number.NaN })).message).toBe(
    'this is no hitless/result@1: /durationMs must be number',
  );
  writeFileSync(path, JSON.stringify({ ...result, traffic: [{ ...result.traffic[0], sent: -1 }] }));
  expect(errorOf(() => readResult(path)).message).toBe('this is no hitless/result@1: /traffic/0/sent must be >= 0');
  writeFileSync(path, JSON.stringify({ ...result, schema: 'hitless/result@2' }));
  expect(errorOf(() => readResult(path)).message).toContain('/schema must be');
});

test('the schema that ships is one that any validator takes', () => {
  const schema = JSON.parse(JSON.stringify(resultJsonSchema())) as object;
  expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
  const validate = new Ajv().compile(schema);
  expect(validate(JSON.parse(JSON.stringify(judged(facts(), []))))).toBe(true);
  expect(validate({})).toBe(false);
});

test('runs of the same second get folders of their own', () => {
  const parent = join(temporaryFolder(), 'new', '.hitless');
  const at = new Date(2026, 10, 4, 7, 5, 9);
  const made = Array.from({ length: 3 }, () => makeRunFolder(parent, 'rolling-update', at));
  const name = '2026-11-04T07-05-09-rolling-update';
  expect(made).toEqual([name, `${name}-2`, `${name}-3`].map((one) => join(parent, one)));
  expect(makeRunFolder(parent, '../../etc/x y', at)).toBe(join(parent, '2026-11-04T07-05-09-..-..-etc-x-y'));
  for (const folder of made) expect(existsSync(folder)).toBe(true);
});

test('where the system makes no folder that is said, and not tried for ever', () => {
  for (const make of [makeNamedRunFolder, (folder: string) => makeRunFolder(folder, 'x')])
    for (const folder of ['/proc/x', '/proc/x/y/z']) expect(errorOf(() => make(folder)).code).toBe('HITLESS_OUT');
});

test('a folder that the user names must be new or empty', () => {
  const folder = join(temporaryFolder(), 'out');
  expect(makeNamedRunFolder(folder)).toBe(folder);
  expect(makeNamedRunFolder(folder)).toBe(folder);
  writeFileSync(join(folder, 'mine.txt'), '');
  expect(errorOf(() => makeNamedRunFolder(folder))).toMatchObject({ code: 'HITLESS_OUT', blame: 'usage' });
  expect(errorOf(() => makeRunFolder(join(folder, 'mine.txt'), 'x')).code).toBe('HITLESS_OUT');
  for (const out of ['mine.txt', 'mine.txt/deeper/still'])
    expect(errorOf(() => makeNamedRunFolder(join(folder, out)))).toMatchObject({
      code: 'HITLESS_OUT',
      blame: 'usage',
      message: expect.stringContaining('is a file, and no folder'),
    });
});
