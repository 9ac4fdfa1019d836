import { expect, test } from 'vitest';
import { dayOfYear, select, shared } from './selection.ts';

const all = [
  ...shared.map((name) => ({ name, targets: null })),
  ...['canary', 'cdn', 'dns', 'recreate', 'volumes'].map((name) => ({ name, targets: ['kubernetes'] })),
  { name: 'docker-lifecycle', targets: ['docker'] },
];

test('three days see every scenario of a target once', () => {
  const days = [58, 59, 60].map((day) => select(all, 'third', 'kubernetes', day));
  expect(days.flat().sort()).toEqual(['canary', 'cdn', 'dns', 'recreate', 'volumes']);
  expect(Math.max(...days.map((names) => names.length))).toBe(2);
});

test('a scenario runs on no target that it is not made for', () => {
  expect(select(all, 'all', 'docker', 1)).toEqual([...shared, 'docker-lifecycle']);
  expect(select(all, 'shared', 'local', 1)).toEqual(shared);
  expect(select(all, ['docker-lifecycle', 'rollback'], 'local', 1)).toEqual(['rollback']);
});

test('days are counted from 1, also in a leap year', () => {
  expect(dayOfYear(new Date('2026-01-01T00:00:00Z'))).toBe(1);
  expect(dayOfYear(new Date('2026-11-24T23:59:59Z'))).toBe(328);
  expect(dayOfYear(new Date('2028-12-31T12:00:00Z'))).toBe(366);
});
