import { defineConfig } from 'vitest/config';

/** Tests against the cluster that KUBECONFIG names and the engine that DOCKER_HOST names; `npm run test:cluster`. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    pool: 'forks',
    // One cluster, and its nodes share this machine's processors.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
