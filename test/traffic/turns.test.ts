import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { Turns } from '../../runner/traffic/turns.ts';
import { addressOf, laneOf, runLanes } from './run-lanes.ts';
import { good, SmallServer } from './small-server.ts';

const turns = [
  { fromUs: 100, toUs: 200 },
  { fromUs: 300, toUs: 350 },
];

test('a plan stands still between turns', () => {
  const place = new Turns(turns);
  expect([0, 99, 100, 149, 150].map((us) => place.placeUs(us))).toEqual([100, 199, 300, 349, Number.POSITIVE_INFINITY]);
});

test('a turn opens when it begins, and behind the last one never', () => {
  const open = new Turns(turns);
  expect([0, 100, 199, 200, 349, 350].map((us) => open.opensUs(us))).toEqual([
    100,
    100,
    199,
    300,
    349,
    Number.POSITIVE_INFINITY,
  ]);
});

test('what is placed lies in a turn, and nothing of a turn is left out', () => {
  const lengths = fc.array(fc.record({ gapUs: fc.nat(1_000), us: fc.integer({ min: 1, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(lengths, (parts) => {
      let at = 0;
      const made = parts.map(({ gapUs, us }) => {
        const fromUs = at + gapUs;
        at = fromUs + us;
        return { fromUs, toUs: at };
      });
      const place = new Turns(made);
      const moments = made.flatMap(({ fromUs, toUs }) => Array.from({ length: toUs - fromUs }, (_, us) => fromUs + us));
      expect(moments.map((_, us) => place.placeUs(us))).toEqual(moments);
    }),
  );
});

test('two lanes in turn never send in the turn of the other', async () => {
  const server = new SmallServer(({ socket }) => socket.write(good));
  onTestFinished(() => server.close());
  const port = await server.listen();
  const everyUs = 20_000;
  const turnsOf = (first: number) =>
    Array.from({ length: 10 }, (_, i) => ({
      fromUs: (2 * i + first) * everyUs,
      toUs: (2 * i + first) * everyUs + everyUs / 2,
    }));
  const lanes = [
    laneOf({ name: 'loop', connection: 'kept', connections: 2, rate: 'unpaced', turns: turnsOf(0) }),
    laneOf({ name: 'plan', connection: 'kept', connections: 2, rate: 1_000, turns: turnsOf(1) }),
  ];
  const { rows } = await runLanes({
    lanes,
    route: addressOf(port),
    until: async (traffic) => {
      while ((traffic.counts()[1]?.planned ?? 0) < 100) await wait(10);
      await traffic.stop();
    },
  });
  const sentOf = (name: string) => rows.filter(({ lane }) => lane === name).map(({ intendedUs }) => intendedUs);
  // The first of the plan is due when its first turn begins.
  const startUs = Math.min(...sentOf('plan')) - everyUs;
  lanes.forEach(({ name, turns = [] }) => {
    const inTurn = (us: number) => turns.some(({ fromUs, toUs }) => us >= fromUs && us < toUs);
    expect(sentOf(name).length).toBeGreaterThan(0);
    expect(sentOf(name).filter((us) => !inTurn(us - startUs))).toEqual([]);
  });
});

test('an unpaced lane is not blind between its turns', async () => {
  const server = new SmallServer(({ socket }) => socket.write(good));
  onTestFinished(() => server.close());
  const turns = [
    { fromUs: 0, toUs: 5_000 },
    { fromUs: 2_000_000, toUs: Number.POSITIVE_INFINITY },
  ];
  const lane = laneOf({
    connection: 'kept',
    connections: 1,
    rate: 'unpaced',
    requests: 2_000,
    turns,
    resolutionUs: 1_900_000,
  });
  const { events, rows } = await runLanes({ lanes: [lane], route: addressOf(await server.listen()) });
  expect(rows).toHaveLength(2_000);
  expect(events).toEqual([]);
});
