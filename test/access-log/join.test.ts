import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import { AccessLog } from '../../runner/access-log/access-log.ts';
import { hiddenLosses } from '../../runner/judge/access-log.ts';
import { attempt, facts } from '../check/run.ts';
import { temporaryFolder } from '../record/temporary-folder.ts';
import { rowsOf } from '../traffic/run-lanes.ts';

const signal = new AbortController().signal;

test('gives each attempt its replica, and counts what was tried again, by method', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'access.log');
  writeFileSync(file, 'aaaaaaaa-fresh-0 GET 200 "9.9.9.9:1, 9.9.9.9:2" "502, 200"\n');
  const log = new AccessLog({ file });
  const attempts = join(folder, 'attempts.arrows');
  const rows = Array.from({ length: 3000 }, (_, i) =>
    attempt({
      at: i,
      id: `aaaaaaaa-fresh-${i}`,
      method: i % 3 === 0 ? 'POST' : 'GET',
      ...(i === 6 && { outcome: 'status', status: 502 }),
    }),
  );
  createAttemptsFile(attempts);
  const writer = new AttemptWriter(attempts);
  for (const row of rows) writer.add(row);
  writer.close();
  endAttemptsFile(attempts);
  const lines = rows.map(({ id, method }, i) => {
    const again = i % 100 === 1;
    return `${id} ${method} 200 "${again ? '10.0.0.1:80, ' : ''}10.0.0.2:80" "${again ? '502, ' : ''}200"`;
  });
  appendFileSync(file, `${lines.join('\n')}\n`);
  const found = await log.join(attempts, signal);
  // What was there before traffic began is not read.
  expect(found).toEqual({ file, requests: 3000, joined: 3000, hidden: { GET: 20, POST: 10 } });
  const joined = rowsOf(attempts);
  expect(joined).toHaveLength(3000);
  expect(joined[5]).toEqual({ ...rows[5], replica: '10.0.0.2:80', replicaSource: 'balancer' });
  expect(joined[6]?.outcome).toBe('status');
  expect(hiddenLosses(facts({ accessLog: found }))).toEqual([
    'The proxy hid losses: by its own log it asked once more for 20 GET and 10 POST requests that got a good answer in the end. What it does not repeat would have been lost.',
  ]);
});

test('a log that names no request says so, and takes nothing from the record', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'access.log');
  writeFileSync(file, '');
  const log = new AccessLog({ file });
  const attempts = join(folder, 'attempts.arrows');
  createAttemptsFile(attempts);
  const writer = new AttemptWriter(attempts);
  writer.add(attempt({ at: 1, outcome: 'refused' }));
  writer.close();
  endAttemptsFile(attempts);
  const found = await log.join(attempts, signal);
  expect(found).toMatchObject({ requests: 1, joined: 0 });
  expect(rowsOf(attempts)).toHaveLength(1);
  expect(hiddenLosses(facts({ accessLog: found }))[0]).toContain('tells of none of the 1 request');
});

test('a file that is not there is told before anything starts', () => {
  expect(() => new AccessLog({ file: '/nonexistent/access.log' })).toThrow(/there is no access log/);
});
