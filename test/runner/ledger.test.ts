import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { Ledger } from '../../runner/ledger/ledger.ts';
import { attempt } from '../check/run.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';
import { rowsOf } from '../traffic/run-lanes.ts';

test('holds the ledger against the record by lane, from where it ended when traffic began', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'ledger');
  writeFileSync(file, 'a-old\n');
  const ledger = new Ledger(file);
  const attempts = join(folder, 'attempts.arrows');
  createAttemptsFile(attempts);
  const writer = new AttemptWriter(attempts);
  const rows = Array.from({ length: 2_500 }, (_, i) => attempt({ at: i, id: `a-${i}`, handled: 'unknown' }));
  rows.push(
    attempt({ at: 1, id: 'b-lost', lane: 'others', outcome: 'closed' }),
    attempt({ at: 2, id: 'b-dropped', lane: 'others', outcome: 'closed' }),
    attempt({ at: 3, id: 'b-unsent', lane: 'others', outcome: 'unsent' }),
  );
  for (const row of rows) writer.add(row);
  writer.close();
  endAttemptsFile(attempts);
  const handled = rows
    .slice(0, 2_500)
    .map(({ id }) => id)
    .filter((id) => id !== 'a-7');
  appendFileSync(file, `${[...handled, 'a-1', 'b-dropped', 'c-stranger'].join('\n')}\n`);
  expect(await ledger.reconcile(attempts)).toEqual({
    file,
    entries: 2_501,
    strangers: 1,
    lanes: [
      { lane: 'visitors', sent: 2_500, handled: 2_499, twice: 1, okUnhandled: 1 },
      { lane: 'others', sent: 2, handled: 1, twice: 0, okUnhandled: 0 },
    ],
  });
  const after = rowsOf(attempts);
  expect(after.length).toBe(rows.length);
  expect(after.find(({ id }) => id === 'a-1')).toMatchObject({ handled: 'yes', outcome: 'ok' });
  expect(after.find(({ id }) => id === 'b-dropped')).toMatchObject({ handled: 'yes', outcome: 'closed' });
  expect(after.find(({ id }) => id === 'b-lost')).toMatchObject({ handled: 'unknown' });
});

test('one that was begun anew is read from its start; one that is not there is told before traffic', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'ledger');
  writeFileSync(file, 'a long line of an earlier run\n');
  const ledger = new Ledger(file);
  const attempts = join(folder, 'attempts.arrows');
  createAttemptsFile(attempts);
  const writer = new AttemptWriter(attempts);
  writer.add(attempt({ at: 1, id: 'a' }));
  writer.close();
  endAttemptsFile(attempts);
  writeFileSync(file, 'a\n');
  expect(await ledger.reconcile(attempts)).toMatchObject({ entries: 1, strangers: 0, lanes: [{ handled: 1 }] });
  expect(() => new Ledger(join(folder, 'none'))).toThrow(/there is no ledger/);
  // Nobody can read where it begins, root neither.
  if (process.platform === 'linux')
    expect(() => new Ledger('/proc/self/mem')).toThrow('the ledger /proc/self/mem cannot be read (EIO)');
});

test('an id that several attempts have, as each hop of a redirect, may be there as often', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'ledger');
  writeFileSync(file, '');
  const ledger = new Ledger(file);
  const attempts = join(folder, 'attempts.arrows');
  createAttemptsFile(attempts);
  const writer = new AttemptWriter(attempts);
  for (const id of ['hops', 'hops', 'hops', 'again', 'again', 'elsewhere', 'elsewhere'])
    writer.add(attempt({ at: 1, id }));
  writer.close();
  endAttemptsFile(attempts);
  appendFileSync(file, ['hops', 'hops', 'hops', 'again', 'again', 'again', 'elsewhere', ''].join('\n'));
  expect(await ledger.reconcile(attempts)).toMatchObject({
    entries: 3,
    strangers: 0,
    lanes: [{ sent: 7, handled: 6, twice: 1, okUnhandled: 1 }],
  });
});
