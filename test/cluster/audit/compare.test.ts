import { expect, test } from 'vitest';
import type { Event, EventKind } from '../../../record/event.ts';
import { compare } from './compare.ts';
import type { Truth } from './truth.ts';

const truth = (kind: EventKind, name: string, fromUs: number, toUs: number): Truth => ({ kind, name, fromUs, toUs });
const event = (kind: EventKind, name: string, earliestUs: number, latestUs: number): Event => ({
  earliestUs,
  latestUs,
  kind,
  subject: { kind: 'replica', name },
});

test('finds what is missing, what lies outside its interval, and what nobody did', () => {
  const truths = [
    truth('created', 'a', 10, 12),
    truth('ready', 'a', 50, 52),
    truth('unready', 'a', 60, 62),
    truth('ready', 'a', 70, 72),
  ];
  const events = [
    event('created', 'a', 5, 11),
    event('ready', 'a', 40, 49),
    event('ready', 'a', 65, 75),
    event('gone', 'a', 80, 81),
    event('back-off', 'a', 80, 81),
  ];
  const { changes, missing, outside, invented } = compare(truths, events);
  expect(changes).toBe(4);
  expect(missing).toEqual([truths[2]]);
  expect(outside.map((one) => one.truth)).toEqual([truths[1]]);
  expect(invented).toEqual([events[3]]);
});
