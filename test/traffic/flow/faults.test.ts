import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { HitlessError } from '../../../record/error.ts';
import { addressOf, laneOf, runLanes } from '../run-lanes.ts';
import { flowOf } from './flows.ts';
import { flowLane, reached, runFlow } from './run-flow.ts';

const { file } = flowOf('four');
const lines = readFileSync(file, 'utf8').split('\n');
/** Of a piece of the flows' source, from 1. */
const lineOf = (code: string) => lines.findIndex((line) => line.includes(code)) + 1;

describe('a flow that is wrong is an error of the scenario, with its place', () => {
  test.each([
    ['throws', 'cart.items.length', 'HITLESS_FLOW_THREW', /^the flow of lane throws: it threw TypeError: .*'length'/],
    [
      'asksForNoPath',
      "visit.get('cart')",
      'HITLESS_FLOW_USE',
      /the path 'cart' cannot be asked for: one starts with \//,
    ],
    ['mistypes', 'expcet', 'HITLESS_FLOW_USE', /there is no option 'expcet'/],
    ['mistypesExpect', 'statsu', 'HITLESS_FLOW_USE', /unknown field "statsu" in expect; did you mean "status"\?/],
    ['setsOurHeader', "'x-hitless-id'", 'HITLESS_FLOW_USE', /x-hitless-id is written by hitless itself/],
    ['expectsTooLate', 'first.expect(first.ok', 'HITLESS_FLOW_USE', /is about GET \/first, and the visit has gone on/],
    ['expectsPromise', 'visit.expect(', 'HITLESS_FLOW_USE', /got a promise, which is never false/],
    ['forgetsAwait', "new RangeError('sold out')", 'HITLESS_FLOW_THREW', /did not await threw RangeError: sold out/],
    ['asksAfterItsEnd', "visit.get('/two')", 'HITLESS_FLOW_USE', /asked for something after it had ended/],
  ] as const)('%s', async (name, code, errorCode, message) => {
    const { errors, rows, counts } = await runFlow(flowLane(name));
    const [error] = errors as HitlessError[];
    expect(error).toBeInstanceOf(HitlessError);
    expect(error).toMatchObject({ code: errorCode, blame: 'usage', message: expect.stringMatching(message) });
    if (name !== 'expectsPromise') expect(error?.location).toMatchObject({ file, line: lineOf(code) });
    expect(errors.length).toBe(1);
    // What went out is the server's doing and was good.
    expect(rows.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(counts[0]).toMatchObject({ planned: rows.length, failed: 0, inFlight: 0 });
  });

  test('what is no error can be thrown too', async () => {
    const { errors } = await runFlow(flowLane('throwsAtOnce'));
    expect(errors).toMatchObject([{ message: 'the flow of lane throwsAtOnce: it threw no error', location: { file } }]);
  });
});

describe('a flow that a thread cannot find', () => {
  const load = (flow: { file: string; index: number; base: string }) =>
    runLanes({ lanes: [laneOf({ connection: 'session', flow })], route: addressOf(1) });

  test('in its lane is refused before anything starts', async () => {
    await expect(load({ file, index: 999, base: '' })).rejects.toMatchObject({
      code: 'HITLESS_FLOW',
      blame: 'usage',
      location: { file },
    });
  });

  test('as its module fails there is told with the place', async () => {
    const broken = new URL('./only-in-main-thread.ts', import.meta.url).pathname;
    await expect(load({ file: broken, index: 0, base: '' })).rejects.toMatchObject({
      code: 'HITLESS_FLOW',
      message: 'the flow of lane lane: this file is for the main thread',
      location: { file: broken, line: 3 },
    });
  });
});

describe('at the end of the plan', () => {
  const planned = (count: number) => async (traffic: { counts(): { planned: number }[]; stop(): Promise<void> }) => {
    await reached(() => (traffic.counts()[0]?.planned ?? 0) >= count);
    await traffic.stop();
  };

  test.each(['neverEnds', 'insists', 'staysLong'] as const)('a visitor that %s leaves', async (name) => {
    const lane = flowLane(name, { rate: 100, requests: null });
    const { errors, rows, counts } = await runFlow(lane, { until: planned(20) });
    expect(errors).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(counts[0]).toMatchObject({ planned: rows.length, sent: rows.length, ok: rows.length, inFlight: 0 });
  });

  test('one that waits for nothing that is ours is told, with the request before it', async () => {
    const lane = flowLane('hangs', { rate: 100, requests: null });
    const { errors, counts } = await runFlow(lane, { until: planned(5) });
    expect(errors).toMatchObject([
      {
        code: 'HITLESS_FLOW_HANGS',
        message: expect.stringMatching(
          /^the flow of lane hangs: \d+ visitors still waited for .* the first after GET \//,
        ),
      },
    ]);
    expect(counts[0]).toMatchObject({ failed: 0, inFlight: 0 });
  });

  test('one that does something of its own meanwhile is given time for it', async () => {
    const lane = flowLane('waitsByItself', { rate: 100, requests: null });
    const { errors, counts, rows } = await runFlow(lane, { until: planned(3) });
    expect(errors).toEqual([]);
    expect(counts[0]).toMatchObject({ planned: rows.length, ok: rows.length });
  });

  test('those who ask for nothing were never planned', async () => {
    const lane = flowLane('asksForNothing', { rate: 'unpaced', connections: 5, requests: 50 });
    const { rows, counts, errors } = await runFlow(lane);
    expect({ rows, errors }).toEqual({ rows: [], errors: [] });
    expect(counts[0]).toMatchObject({ planned: 0, sent: 0 });
  });
});

test('what is under way when all is cut short is unanswered, what had been asked for is unsent', async () => {
  const lane = flowLane('together', { rate: 100, requests: null });
  const { rows, counts, errors } = await runFlow(lane, {
    answer: () => {},
    until: async (traffic, server) => {
      await reached(() => server.requests.length >= 18);
      await traffic.abort();
    },
  });
  expect(errors).toEqual([]);
  const [count] = counts;
  expect(count?.planned).toBe(rows.length);
  expect(count?.sent).toBe(rows.filter(({ outcome }) => outcome === 'unanswered').length);
  expect(count?.unsent).toBe(rows.filter(({ outcome }) => outcome === 'unsent').length);
  expect(count?.sent).toBeGreaterThanOrEqual(18);
  expect(count?.unsent).toBeGreaterThanOrEqual(6);
});

test('a flow that never lets go of its thread is ended with it', async () => {
  const lane = flowLane('blocks', { rate: 100, requests: null });
  const { errors, rows } = await runFlow(lane, {
    until: async (traffic, server) => {
      await reached(() => server.requests.length >= 1);
      // Until the answer has come, and with it the loop.
      await reached(() => server.open === 0 || (traffic.counts()[0]?.inFlight ?? 0) > 0);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await traffic.abort();
    },
  });
  expect(errors).toMatchObject([{ code: 'HITLESS_FLOW_STUCK', blame: 'usage', location: { file } }]);
  expect(errors[0]?.message).toContain('the flow of lane blocks: it never let go of its thread');
  expect(rows.every(({ outcome }) => outcome === 'ok' || outcome === 'unanswered')).toBe(true);
});
