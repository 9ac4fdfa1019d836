import { expect, test } from 'vitest';
import { type Head, KnownHead, KnownHeads } from '../../runner/traffic/known-head.ts';

const head = (status: number): Head => ({
  status,
  headers: [],
  keepAlive: true,
  contentEncoding: null,
  keepAliveUs: null,
  contentLength: 2,
});
const bytes = (date: number) => Buffer.from(`HTTP/1.1 200 OK\r\ndate: ${date}\r\n\r\n`);

/** What somebody whose connection is new makes of a head and a body. */
function taught(heads: KnownHeads, date: number): Head | null {
  const read = Buffer.concat([bytes(date), Buffer.from('ok')]);
  const own = new KnownHead();
  const known = heads.teach(own, read, read.length);
  expect(own.of(read, read.length)).toBe(known);
  expect(own.length).toBe(known === null ? 0 : bytes(date).length);
  return known;
}

test('a head that one connection has seen is known to another, and no other head is', () => {
  const heads = new KnownHeads();
  expect(taught(heads, 11)).toBe(null);
  const eleven = head(200);
  heads.learn(bytes(11), bytes(11).length, eleven);
  expect(taught(heads, 11)).toBe(eleven);
  expect(taught(heads, 12)).toBe(null);
});

test('the last ones are remembered, and the oldest gives way', () => {
  const heads = new KnownHeads();
  const all = [11, 12, 13, 14, 15].map((date) => ({ date, head: head(date) }));
  for (const each of all) heads.learn(bytes(each.date), bytes(each.date).length, each.head);
  expect(all.map(({ date }) => taught(heads, date))).toEqual([null, ...all.slice(1).map((each) => each.head)]);
});
