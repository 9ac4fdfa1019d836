import { expect, test, vi } from 'vitest';
import { EndpointSpread } from '../../../targets/controller/endpoint-spread.ts';
import { Timers } from '../../../targets/controller/timers.ts';

test('a list that overtakes an older one is not undone by it', async () => {
  const arrived: string[] = [];
  const spread = new EndpointSpread<string>(new Timers(), (list) => arrived.push(list));
  spread.send('first', 1);
  spread.send('second', 80);
  spread.send('third', 20);
  spread.send('fourth', 120);
  await vi.waitFor(() => expect(arrived).toContain('fourth'));
  expect(arrived).toEqual(['first', 'third', 'fourth']);
});

test('stopped timers never fire, and none can be set after', async () => {
  const fired: string[] = [];
  const timers = new Timers();
  timers.after(1, () => fired.push('stopped'));
  timers.stop();
  timers.after(1, () => fired.push('late'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(fired).toEqual([]);
});
