import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAttempts } from '../../record/attempts-reader.ts';
import { AttemptWriter, createAttemptsFile, endAttemptsFile } from '../../record/attempts-writer.ts';
import type { Event } from '../../record/event.ts';
import { NamedPods, platformName } from '../../record/named-pods.ts';
import { anAttempt } from './attempt-samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const created = (name: string, us: number): Event => ({
  kind: 'created',
  subject: { kind: 'replica', name },
  earliestUs: us,
  latestUs: us + 100,
});

test('whose a name was at the time', () => {
  // Told in any order.
  const events = [created('db-0#3', 3000), created('db-0', 0), created('db-0#2', 2000)];
  const pods = new NamedPods({ 'db-0': 'db-0', ada: 'shop-5d9-a' }, events);
  expect([100, 1999, 2000, 2999, 3000, 9000].map((us) => pods.podOf('db-0', us))).toEqual([
    ...['db-0', 'db-0', 'db-0#2', 'db-0#2', 'db-0#3', 'db-0#3'],
  ]);
  expect(pods.podOf('ada', 5000)).toBe('shop-5d9-a');
  expect(pods.podOf('eve', 5000)).toBeNull();
});

test('the platform calls them all alike', () => {
  expect(['db-0', 'db-0#2', 'db-0#12'].map(platformName)).toEqual(['db-0', 'db-0', 'db-0']);
});

test('rows without a pod get the one that had the name when they were sent', () => {
  const path = join(temporaryFolder(), 'attempts.arrows');
  createAttemptsFile(path);
  const writer = new AttemptWriter(path);
  for (const sentUs of [1000, 3000]) writer.add(anAttempt({ sentUs, replica: 'db-0', pod: null }));
  writer.add(anAttempt({ sentUs: 3000, replica: 'db-0', pod: 'known' }));
  writer.flush();
  writer.close();
  endAttemptsFile(path);
  const names = new NamedPods({ 'db-0': 'db-0' }, [created('db-0', 0), created('db-0#2', 2000)]);
  const pods: (string | null)[] = [];
  for (const batch of readAttempts(path, names))
    for (let row = 0; row < batch.length; row++) pods.push(batch.pod.at(row));
  expect(pods).toEqual(['db-0', 'db-0#2', 'known']);
});
