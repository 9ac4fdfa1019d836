import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../record/temporary-folder.ts';
import { runK6, useBinary } from './run-k6.ts';

const point = (metric: string, tags: object = {}) =>
  JSON.stringify({ metric, type: 'Point', data: { time: new Date().toISOString(), value: 1, tags } });
const request = () => point('http_reqs', { status: '200', method: 'GET', name: 'http://127.0.0.1/', url: '/' });

/** A binary that writes these lines and says that it counted so many requests. */
function useLines(lines: string, counted: number): void {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lines'), lines);
  writeFileSync(join(folder, 'summary'), JSON.stringify({ metrics: { http_reqs: { count: counted } } }));
  useBinary(`
if [ "$1" = version ]; then echo '{"version":"v2.2.0"}'; exit 0; fi
while [ $# -gt 0 ]; do
  case "$1" in --out) out="\${2#json=}" ;; --summary-export) summary="$2" ;; esac
  shift
done
cp '${folder}/lines' "$out"; cp '${folder}/summary' "$summary"`);
}

const lane = { rate: 'unpaced' as const, requests: 1 };

test('lines and summary that agree are believed', async () => {
  useLines(`${request()}\n${request()}\n`, 2);
  const { rows, errors } = await runK6({ port: 1, lane });
  expect(errors).toEqual([]);
  expect(rows.map(({ outcome, path }) => [outcome, path])).toEqual([
    ['ok', '/'],
    ['ok', '/'],
  ]);
});

test('a request of which no line tells makes the run an error', async () => {
  useLines(`${request()}\n`, 2);
  const { errors } = await runK6({ port: 1, lane });
  expect(errors.map(({ message }) => message)).toEqual(['k6 of lane lane counted 2 requests, and its lines tell of 1']);
});

test.each([
  ['cut', `${request()}\n${request().slice(0, 30)}`, 1],
  ['no JSON', `${request()}\nnonsense\n`, 1],
  ['endless', `${request()}\n${'x'.repeat(3 << 20)}\n${request()}\n`, 2],
])('a line that is %s makes the run an error', async (_, lines, counted) => {
  useLines(lines, counted);
  const { rows, errors } = await runK6({ port: 1, lane });
  expect(rows).toHaveLength(counted);
  expect(errors.map(({ message }) => message)).toEqual(['k6 of lane lane wrote 1 lines that could not be read']);
});
