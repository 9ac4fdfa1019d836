import { expect, test } from 'vitest';
import type { Event } from '../../record/event.ts';
import { ProcessorWatch } from '../../runner/traffic/processor-watch.ts';

/** A second each: how many turns the thread had in it, and how long it waited for each of them. */
function watch(seconds: readonly (readonly [turns: number, waitedMs: number])[]): Event[] {
  const events: Event[] = [];
  const sum = { turns: 0, waitedUs: 0 };
  const processors = new ProcessorWatch(
    (event) => events.push(event),
    () => ({ ...sum }),
  );
  processors.start(0);
  seconds.forEach(([turns, waitedMs], second) => {
    sum.turns += turns;
    sum.waitedUs += turns * waitedMs * 1000;
    // In between nothing is over.
    processors.look((second + 0.9) * 1e6);
    processors.look((second + 1) * 1e6);
  });
  processors.stop();
  return events;
}

const stretches = (events: Event[]) => events.map(({ earliestUs, latestUs }) => [earliestUs / 1e6, latestUs / 1e6]);

test('an ordinary thread that waits long for each of its turns makes the machine starved, from second to second', () => {
  const busy = [18, 7] as const;
  const starved = [10, 30] as const;
  const events = watch([busy, starved, starved, busy, [4, 140], busy]);
  expect(stretches(events)).toEqual([
    [1, 3],
    [4, 5],
  ]);
  expect(events[0]).toMatchObject({ kind: 'starved', subject: { kind: 'run', name: 'this machine' } });
  expect(stretches(watch([busy, starved]))).toEqual([[1, 2]]);
});

test('neither a machine that is only busy, nor a thread that was stopped itself', () => {
  expect(
    watch([
      [18, 7],
      [20, 0],
      [12, 14],
    ]),
  ).toEqual([]);
  // It had no turn, and waited for none.
  expect(
    watch([
      [0, 0],
      [1, 30],
    ]),
  ).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('reads what Linux says of the calling thread', () => {
  const events: Event[] = [];
  const processors = new ProcessorWatch((event) => events.push(event));
  expect(processors.start()).toBe(true);
  processors.stop();
  expect(events).toEqual([]);
});
