import { expect, test } from 'vitest';
import { sleepOf } from '../../../targets/manifest/hook-sleep.ts';

test.each([
  [['sleep', '5'], 5],
  [['/bin/sleep', '2.5'], 2.5],
  [['sh', '-c', 'sleep 10'], 10],
  [['/bin/bash', '-c', ' exec sleep 1m; '], 60],
  [['sh', '-c', 'nginx -s quit; sleep 5'], undefined],
  [['sh', '-c', 'sleep 5 && wget localhost/quit'], undefined],
  [['sh', 'sleep 5'], undefined],
  [['echo', 'sleep 5'], undefined],
  [['sleep', '$N'], undefined],
  [[], undefined],
])('how long %j sleeps', (command, seconds) => {
  expect(sleepOf(command)).toBe(seconds);
});
