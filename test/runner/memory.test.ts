import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** In a process of its own: what the heap takes, full of garbage, and after it was given back. */
const program = `
  const { getHeapStatistics } = await import('node:v8');
  const { giveMemoryBack } = await import(${JSON.stringify(join(import.meta.dirname, '../../runner/memory.ts'))});
  const kept = [];
  for (let i = 0; i < 300_000; i++) kept.push({ i, text: 'x' + i });
  kept.length = 0;
  const full = getHeapStatistics().total_physical_size;
  giveMemoryBack();
  console.log(JSON.stringify({ full, left: getHeapStatistics().total_physical_size }));
`;

test('gives back to the system what is empty', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const { full, left } = JSON.parse(stdout) as { full: number; left: number };
  expect(full - left).toBeGreaterThan(15e6);
});
