import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratch } from '../../e2e/run-cli.ts';
import { calibrated } from './calibration.ts';
import { type Calibration, Kept, readKept, refuseOther, type Trial } from './kept.ts';
import { originNow } from './origin.ts';
import { trialOf } from './trials.ts';

function fileWith(text: string): string {
  const { folder, remove } = scratch();
  onTestFinished(remove);
  const file = join(folder, 'kept.ndjson');
  writeFileSync(file, text);
  return file;
}

const lineOf = (one: Trial | Calibration) => `${JSON.stringify(one)}\n`;
const [first, second, third] = [1, 2, 3].map((seed) => trialOf({ seed })) as [Trial, Trial, Trial];
const settings = { seconds: 10, tolerance: 0.02, connections: null, more: 0.05 };

test('what a file has is what was added to it', () => {
  const file = fileWith('');
  const kept = new Kept(file);
  for (const trial of [first, second]) kept.add(trial);
  expect(readKept(file)).toMatchObject({ trials: [first, second], cutOff: false });
  expect(new Kept(file).trials).toEqual([first, second]);
});

test('wherever a kill cut the last line off, the lines before it and the next one are whole', () => {
  const last = lineOf(second);
  for (let length = 1; length < last.length - 1; length += 7) {
    const file = fileWith(lineOf(first) + last.slice(0, length));
    expect(readKept(file), `${length}`).toMatchObject({ trials: [first], cutOff: true });
    new Kept(file).add(third);
    expect(readFileSync(file, 'utf8')).toBe(lineOf(first) + lineOf(third));
  }
});

test('a last line that lacks its end alone is a trial', () => {
  const file = fileWith(lineOf(first) + lineOf(second).trimEnd());
  expect(readKept(file)).toMatchObject({ trials: [first, second], cutOff: false });
  new Kept(file).add(third);
  expect(readFileSync(file, 'utf8')).toBe([first, second, third].map(lineOf).join(''));
});

test.each([
  ['of something else', 'Dear diary', 'this is no trial', 1],
  ['with a hole in it', `${lineOf(first)}{"kept":"tri\n${lineOf(second)}`, 'this is no trial', 2],
  ['with a field missing', lineOf(first).replace('"truth"', '"lie"'), 'this is no trial', 1],
  ['with a seed again', lineOf(first) + lineOf(second) + lineOf(first), 'seed 1 of identical is there twice', 3],
  [
    'of two settings',
    lineOf(first) + lineOf({ ...second, tolerance: 0.05 }),
    'trials that were measured in different ways: --tolerance 2% there, and 5% here',
    2,
  ],
])('a file %s is refused, and left as it is', (_, text, message, line) => {
  const file = fileWith(text);
  expect(() => new Kept(file)).toThrow(expect.objectContaining({ message, location: { file, line }, blame: 'usage' }));
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('the same seed of the other kind is another trial', () => {
  const slower = trialOf({ kind: 'slower', moreAsked: 0.05, more: 0.05, extra: 3 });
  expect(readKept(fileWith(lineOf(first) + lineOf(slower))).trials).toHaveLength(2);
});

test.each([
  ['--seconds 10 there, and 20 here', { seconds: 20 }],
  ['--tolerance 2% there, and 0.7% here', { tolerance: 0.007 }],
  ['--connections not given there, and 4 here', { connections: 4 }],
])('refuses to mix: %s', (words, other) => {
  expect(() => refuseOther('kept.ndjson', [first], 'slower', { ...settings, ...other })).toThrow(words);
});

test('how much slower is a setting of slower builds alone', () => {
  const slower = trialOf({ kind: 'slower', moreAsked: 0.05, more: 0.048, extra: 3 });
  const other = { ...settings, more: 0.1 };
  expect(() => refuseOther('kept.ndjson', [slower], 'slower', settings)).not.toThrow();
  expect(() => refuseOther('kept.ndjson', [first, slower], 'slower', other)).toThrow('--more 0.05 there, and 0.1 here');
  expect(() => refuseOther('kept.ndjson', [first, slower], 'identical', other)).not.toThrow();
});

test('whoever writes at the same time is told', () => {
  const file = fileWith('');
  const [one, other] = [new Kept(file), new Kept(file)];
  one.add(first);
  expect(() => other.add(first)).toThrow('somebody else has written to it');
  expect(readKept(file).trials).toEqual([first]);
});

test('a calibration is taken again on the same machine, with the same commit and setting, and only then', async () => {
  const known: Calibration = {
    kept: 'calibration',
    beganAt: first.beganAt,
    connections: null,
    moreAsked: 0.05,
    more: 0.049,
    extra: 3,
    origin: originNow(),
  };
  // Whoever measures anew is stopped before it sends anything.
  const again = (calibration: Calibration, more = 0.05) =>
    calibrated(new Kept(fileWith(lineOf(calibration))), { ...settings, more }, AbortSignal.abort());
  expect(await again(known)).toEqual(known);
  await expect(again(known, 0.1)).rejects.toThrow('aborted');
  await expect(again({ ...known, connections: 8 })).rejects.toThrow('aborted');
  await expect(again({ ...known, origin: { ...known.origin, cpu: 'Another' } })).rejects.toThrow('aborted');
  await expect(again({ ...known, origin: { ...known.origin, hitless: 'other' } })).rejects.toThrow('aborted');
});
