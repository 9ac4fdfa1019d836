import { defineConfig } from 'vitest/config';

/** npx vitest run --config test/cluster/audit/vitest.config.ts, with the variables of `cluster env` set. */
export default defineConfig({
  test: {
    include: ['test/cluster/audit/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
