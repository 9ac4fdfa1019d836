import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Event } from '../../../../record/event.ts';
import type { Message } from '../../../../targets/kubernetes/observe/message.ts';
import { Observation } from '../../../../targets/kubernetes/observe/observation.ts';
import { every, facts, step } from '../../../check/run.ts';
import { judged } from '../../../judge/judged.ts';

interface Recording {
  messages: Message[];
  fromUs: number;
  toUs: number;
}

/** What came from a real API server while it rolled an app out (test/cluster/audit/audit.ts --record). */
const recording = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, 'rollout.json.gz'))).toString(),
) as Recording;

/** How far each clock is set, in ms. */
interface Shift {
  api: number;
  nodes: number;
}

/** The same messages from a cluster whose clocks are set so; when they came is ours and stays. */
function shifted(message: Message, { api, nodes }: Shift): Message {
  if (message.kind === 'answer') return { ...message, date: new Date(Date.parse(message.date) + api).toUTCString() };
  const isPod = 'resource' in message && message.resource === 'pods';
  const visit = (value: unknown, ms: number): unknown => {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value))
      return new Date(Date.parse(value) + ms).toISOString().replace('.000Z', 'Z');
    if (Array.isArray(value)) return value.map((one) => visit(one, ms));
    if (typeof value !== 'object' || value === null) return value;
    // A pod's status and what a kubelet reports have its node's times, all else the API server's.
    const ofKubelet = 'source' in value && (value.source as { host?: string }).host !== undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => {
        const ofNode = (isPod && key === 'status') || (ofKubelet && /^(first|last)Timestamp$/.test(key));
        return [key, visit(part, ofNode ? nodes : ms)];
      }),
    );
  };
  return visit(message, api) as Message;
}

function replay(shift: Shift): Event[] {
  const events: Event[] = [];
  const observation = new Observation({}, (event) => events.push(event));
  for (const message of recording.messages) observation.take(shifted(message, shift));
  return events;
}

/** As a run would be judged that sent requests all the while. */
function judgedRun(events: readonly Event[]) {
  const { fromUs, toUs } = recording;
  const deployedUs = events.find(({ kind }) => kind === 'rollout-started')?.earliestUs ?? fromUs;
  // The requests of test/check start at its own zero.
  const zeroUs = facts().trafficFromUs;
  const moved = events.map((event) => ({
    ...event,
    earliestUs: event.earliestUs - deployedUs + zeroUs,
    latestUs: event.latestUs - deployedUs + zeroUs,
  }));
  const lastMs = (toUs - deployedUs) / 1000;
  const run = facts({
    events: moved,
    trafficToUs: zeroUs + lastMs * 1000,
    steps: [step('rollout', 0, lastMs, { terminationsWatched: true })],
  });
  const asked = ['zero-failed', 'max-outage', 'availability'].map((name) => ({ name, options: {}, lane: null }));
  return judged(run, every(10, Math.floor(lastMs / 10)), { asked });
}

const told = (events: readonly Event[]) =>
  events.map(({ kind, subject, exitCode, reason, version }) => ({ kind, subject, exitCode, reason, version }));

test('a real rollout: what happened, in its order', () => {
  const events = replay({ api: 0, nodes: 0 });
  const number = (kind: Event['kind']) => events.filter((event) => event.kind === kind).length;
  expect(number('created')).toBe(6);
  expect(number('ready')).toBe(6);
  expect(number('terminating')).toBe(3);
  expect(number('exited')).toBe(3);
  expect(number('gone')).toBe(3);
  expect(number('endpoint-removed')).toBe(3);
  expect(number('rollout-started')).toBe(1);
  expect(number('rollout-complete')).toBe(1);
  for (const { earliestUs, latestUs } of events) expect(latestUs).toBeGreaterThanOrEqual(earliestUs);
  const exits = events.filter(({ kind }) => kind === 'exited');
  for (const exit of exits) {
    const removal = events.find(({ kind, subject }) => kind === 'gone' && subject.name === exit.subject.name) as Event;
    expect(exit.earliestUs).toBeLessThan(removal.latestUs);
    // Within the second of the kubelet's stamp, and what is not known of its clock.
    expect(exit.latestUs - exit.earliestUs).toBeLessThan(3_000_000);
  }
  const { verdict, checks } = judgedRun(events);
  expect(verdict).toBe('pass');
  expect(checks.find(({ name }) => name === 'availability')?.verdict).toBe('pass');
});

test.each([
  { api: 300_000, nodes: 300_000 },
  { api: -300_000, nodes: -300_000 },
  { api: 300_000, nodes: -300_000 },
  { api: 0, nodes: 300_000 },
])('with the clocks of its machines set otherwise, in ms: $api, $nodes', (shift) => {
  const events = replay({ api: 0, nodes: 0 });
  const other = replay(shift);
  expect(told(other)).toEqual(told(events));
  for (const [i, { earliestUs, latestUs }] of events.entries()) {
    expect(Math.abs((other[i] as Event).earliestUs - earliestUs)).toBeLessThan(1000);
    expect(Math.abs((other[i] as Event).latestUs - latestUs)).toBeLessThan(1000);
  }
  const [before, after] = [judgedRun(events), judgedRun(other)];
  expect(after.verdict).toBe(before.verdict);
  expect(after.checks.map(({ name, verdict, message }) => [name, verdict, message])).toEqual(
    before.checks.map(({ name, verdict, message }) => [name, verdict, message]),
  );
});
