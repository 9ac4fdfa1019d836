import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt } from '../../record/attempt.ts';
import { foldAttempts, readAttempts } from '../../record/attempts-reader.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { HitlessError } from '../../record/error.ts';
import type { AttemptBatch, Fold } from '../../record/fold.ts';
import { lacks, python } from '../available.ts';
import { anAttempt, anyAttempt } from './attempt-samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

function write(path: string, batches: Attempt[][]): void {
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  for (const batch of batches) {
    for (const attempt of batch) writer.add(attempt);
    expect(writer.flush()).toBe(batch.length);
  }
  writer.close();
}

function readAll(path: string): Attempt[] {
  const attempts: Attempt[] = [];
  for (const batch of readAttempts(path))
    for (let row = 0; row < batch.length; row++) attempts.push(batch.attempt(row));
  return attempts;
}

function numbered(from: number, count: number): Attempt[] {
  return Array.from({ length: count }, (_, i) => anAttempt({ id: `a-${from + i}`, endUs: from + i }));
}

function codeOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(HitlessError);
    return (error as HitlessError).code;
  }
}

test('what is written is read, with nulls and any text', () => {
  const folder = temporaryFolder();
  let run = 0;
  fc.assert(
    fc.property(fc.array(fc.array(anyAttempt, { maxLength: 20 }), { maxLength: 5 }), (batches) => {
      const path = join(folder, `${run++}.arrows`);
      write(path, batches);
      endAttemptsFile(path);
      expect(readAll(path)).toEqual(batches.flat());
    }),
    { seed: 8, numRuns: 60 },
  );
});

test('an attempt is copied when it is added, and a full writer writes by itself', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  const attempt = anAttempt();
  for (let i = 0; i < 10_000; i++) {
    attempt.id = `a-${i}`;
    attempt.counter = i;
    writer.add(attempt);
  }
  expect(readAttempts(path)[Symbol.iterator]().next().done).toBe(false);
  writer.close();
  expect(readAll(path).map(({ id, counter }) => [id, counter])).toEqual(
    Array.from({ length: 10_000 }, (_, i) => [`a-${i}`, i]),
  );
});

test('a time between two microseconds is rounded, a counter that is no number is null, any other is refused whole', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  writer.add(anAttempt({ intendedUs: 10.6, sentUs: null, counter: Number.NaN }));
  expect(codeOf(() => writer.add(anAttempt({ endUs: Number.NaN })))).toBe('HITLESS_RECORD_NUMBER');
  writer.add(anAttempt({ id: 'a-2', counter: 1e300 }));
  writer.close();
  expect(readAll(path)).toEqual([anAttempt({ intendedUs: 11, sentUs: null }), anAttempt({ id: 'a-2' })]);
});

test('numbers that are null are NaN in a batch, and a batch knows its own rows alone', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  write(path, [[anAttempt({ sentUs: null }), anAttempt({ sentUs: -5 }), anAttempt()], [anAttempt({ sentUs: 7 })]]);
  const seen: number[][] = [];
  for (const batch of readAttempts(path)) seen.push([...batch.sentUs]);
  expect(seen).toEqual([[Number.NaN, -5, 1_000_200], [7]]);
});

test('texts that share a beginning are never taken for each other', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  const texts = Array.from({ length: 6000 }, (_, i) => (i % 2 === 0 ? 'pod' : `pod${i}`));
  write(path, [
    texts.slice(0, 3000).map((pod) => anAttempt({ pod })),
    texts.slice(3000).map((pod) => anAttempt({ pod })),
  ]);
  expect(readAll(path).map(({ pod }) => pod)).toEqual(texts);
});

test('a record from before the last columns came is read, with nulls in them', () => {
  const path = fileURLToPath(new URL('./before-addresses.arrows', import.meta.url));
  const without = { securedUs: null, address: null, resolveUs: null, resumed: null };
  const ids = ['a-1', 'a-2', 'a-3'];
  expect(readAll(path)).toEqual([
    ...ids.map((id) => anAttempt({ id, ...without })),
    anAttempt({ id: 'a-4', pod: null, counter: 9, ...without }),
  ]);
  for (const batch of readAttempts(path)) {
    expect([...batch.resolveUs]).toEqual(new Array(batch.length).fill(Number.NaN));
    expect(batch.address.at(batch.length - 1)).toBe(null);
  }
});

test('threads that append to one file at once lose nothing', async () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const threads = ['red', 'green', 'blue'];
  const ready = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(
    threads.map((lane) => {
      const workerData = { path, lane, ready, threads: threads.length };
      const worker = new Worker(new URL('./writing-thread.ts', import.meta.url), { workerData });
      return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
    }),
  );
  endAttemptsFile(path);
  const ids = new Map(threads.map((lane) => [lane, [] as string[]]));
  const reader = readAttempts(path);
  let changes = 0;
  let before: string | null = null;
  for (const batch of reader) {
    const lane = batch.lane.at(0) as string;
    if (lane !== before) changes++;
    before = lane;
    for (let row = 0; row < batch.length; row++)
      ids.get(batch.lane.at(row) as string)?.push(batch.id.at(row) as string);
  }
  expect(reader).toMatchObject({ rows: 60_000, ended: true, cut: false });
  expect(changes).toBeGreaterThan(3);
  for (const lane of threads) expect(ids.get(lane)).toEqual(Array.from({ length: 20_000 }, (_, i) => `${lane}-${i}`));
});

test('wherever the last message is cut, the ones before it are read and the cut is told', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  write(path, [numbered(0, 3)]);
  const whole = statSync(path).size;
  const writer = new AttemptWriter(path);
  writer.add(anAttempt({ id: 'last' }));
  writer.close();
  const bytes = readFileSync(path);
  for (let size = bytes.length; size >= whole; size--) {
    truncateSync(path, size);
    const reader = readAttempts(path);
    const ids: (string | null)[] = [];
    for (const batch of reader) for (let row = 0; row < batch.length; row++) ids.push(batch.id.at(row));
    expect(ids).toEqual(size === bytes.length ? ['a-0', 'a-1', 'a-2', 'last'] : ['a-0', 'a-1', 'a-2']);
    expect(reader).toMatchObject({ ended: false, cut: size !== bytes.length && size !== whole, rows: ids.length });
  }
});

test('a damaged file is refused or read, never anything else', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'attempts.arrows');
  write(path, [numbered(0, 4), numbered(4, 4)]);
  endAttemptsFile(path);
  const good = readFileSync(path);
  let refused = 0;
  for (let at = 0; at < good.length; at += 3) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] as number) ^ 0xff;
    writeFileSync(path, bad);
    if (codeOf(() => readAll(path)) === 'HITLESS_RECORD_CORRUPT') refused++;
  }
  expect(refused).toBeGreaterThan(100);
});

test('rows behind the end, another file and no file are errors that say so', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'attempts.arrows');
  write(path, [numbered(0, 1)]);
  endAttemptsFile(path);
  expect(codeOf(() => createAttemptsFile(path))).toBe('HITLESS_RECORD_WRITE');
  const late = new AttemptWriter(path);
  late.add(anAttempt());
  late.close();
  expect(() => readAll(path)).toThrow('the record of attempts is damaged after 1 rows: there is more after the end');
  const other = join(folder, 'other');
  appendFileSync(other, '<html>not a record</html>');
  expect(codeOf(() => readAll(other))).toBe('HITLESS_RECORD_CORRUPT');
  expect(codeOf(() => readAll(join(folder, 'none')))).toBe('HITLESS_RECORD_READ');
});

test('a disk that is full is an error', () => {
  expect(codeOf(() => endAttemptsFile('/dev/full'))).toBe('HITLESS_RECORD_WRITE');
});

test('folds share a pass, and only those that ask get another', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  write(path, [numbered(1, 3), numbered(4, 2)]);
  endAttemptsFile(path);
  const sum = (again: (total: number) => Fold<number> | null): Fold<number> => {
    let total = 0;
    return {
      batch: (batch: AttemptBatch) => {
        for (const value of batch.endUs) total += value;
      },
      done: () => {
        const next = again(total);
        return next ? { again: next } : { result: total };
      },
    };
  };
  let deviations = 0;
  const deviation = (mean: number): Fold<number> => ({
    batch: (batch) => {
      for (const value of batch.endUs) deviations += Math.abs(value - mean);
    },
    done: () => ({ result: deviations }),
  });
  const folded = foldAttempts<[number, number]>(path, [sum(() => null), sum((total) => deviation(total / 5))]);
  expect(folded).toEqual({ results: [15, 6], ended: true, cut: false, rows: 5, passes: 2 });
});

test("Arrow's own reader sees every row", () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  write(path, [
    numbered(0, 3),
    [anAttempt({ id: 'Zoë', session: 's', version: null, overflow: true, counter: 9 })],
    numbered(4, 1),
  ]);
  endAttemptsFile(path);
  const table = tableFromIPC(readFileSync(path));
  expect(table.numRows).toBe(5);
  expect(table.schema.metadata.get('hitless.format')).toBe('1');
  expect(table.get(3)?.toJSON()).toMatchObject({
    id: 'Zoë',
    session: 's',
    version: null,
    overflow: true,
    counter: 9n,
    sentUs: 1_000_200n,
    status: 200,
  });
});

test.skipIf(lacks('pyarrow'))('pyarrow sees every row', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  write(path, [numbered(0, 1000), numbered(1000, 1), [anAttempt({ id: 'Zoë', counter: 9 })]]);
  endAttemptsFile(path);
  const script =
    'import sys, pyarrow.ipc as i; t = i.open_stream(sys.argv[1]).read_all(); t.validate(full=True); ' +
    'print(t.num_rows, sum(t["endUs"].to_pylist()), t["id"][1001], t["counter"].null_count)';
  const { stdout, stderr } = spawnSync(python, ['-c', script, path], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe(`1002 ${500_500 + 1_002_100} Zoë 1001`);
});
