import { expect, test } from 'vitest';
import { nowUs } from '../../../record/clock.ts';
import { lineOf } from '../../../runner/engines/k6/lines.ts';
import { WallClock, wallUsOf } from '../../../runner/engines/k6/wall-time.ts';

test.each([
  ['2026-11-24T10:00:00Z', 1_795_514_400_000_000],
  ['2026-11-24T10:00:00.004512345Z', 1_795_514_400_004_512.2],
  ['2026-11-24T12:00:00.5+02:00', 1_795_514_400_500_000],
  ['2026-11-24T04:30:00.000001-05:30', 1_795_514_400_000_001],
])('a time of Go, %s, is read to the microsecond', (text, us) => {
  expect(wallUsOf(text)).toBeCloseTo(us, 0);
});

test.each(['', '2026-11-24', '2026-13-24T10:00:00Z', '2026-11-24T10:00:00', '2026-11-24T10:00:00.1234567891Z', 'now'])(
  'what is no time, %j, is none',
  (text) => {
    expect(wallUsOf(text)).toBeNull();
  },
);

test('a time of the day is a moment of the clock of the run, to a millisecond or so', () => {
  const clock = new WallClock();
  clock.runUs(0);
  const earliestUs = nowUs();
  const before = Date.now();
  const wallUs = (before + 1) * 1000;
  while (Date.now() === before);
  // The day's clock has just reached wallUs.
  const behindUs = nowUs() - clock.runUs(wallUs);
  expect(behindUs).toBeGreaterThan(-1_500);
  expect(clock.runUs(wallUs)).toBeGreaterThan(earliestUs - 1_500);
});

test.each([
  ['cut', '{"metric":"http_reqs","type":"Poi'],
  ['of another kind', '{"metric":"http_reqs","type":"Other","data":{}}'],
  ['without a value', '{"metric":"a","type":"Point","data":{"time":"2026-11-24T10:00:00Z","tags":{}}}'],
  ['with a time that is none', '{"metric":"a","type":"Point","data":{"time":"soon","value":1,"tags":{}}}'],
  ['a list', '[]'],
  ['nothing', ''],
])('a line that is %s is none of k6', (_, text) => {
  expect(lineOf(text)).toBeNull();
});

test('nothing of a line becomes more than text', () => {
  const tags = '{"__proto__":"x","constructor":"y","status":200,"name":"<b>"}';
  const line = lineOf(`{"metric":"m","type":"Point","data":{"time":"2026-11-24T10:00:00Z","value":1,"tags":${tags}}}`);
  if (line === null || !('point' in line)) throw new Error('not read');
  expect(Object.entries(line.point.tags)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
    ['name', '<b>'],
  ]);
  expect(line.point.tags.toString).toBeUndefined();
  expect(line.point.metadata.hl_id).toBeUndefined();
});

test('the line of a metric tells its thresholds and parts, in both ways of writing them', () => {
  const data = {
    thresholds: ['rate<0.01', { threshold: 'rate<0.1', abortOnFail: true }],
    submetrics: [{ name: 'm{a:b}' }],
  };
  expect(lineOf(JSON.stringify({ type: 'Metric', metric: 'm', data }))).toEqual({
    introduced: { metric: 'm', thresholds: ['rate<0.01', 'rate<0.1'], submetrics: ['m{a:b}'] },
  });
  expect(lineOf('{"type":"Metric","metric":"m","data":{"thresholds":[],"submetrics":null}}')).toEqual({
    introduced: { metric: 'm', thresholds: [], submetrics: [] },
  });
});
