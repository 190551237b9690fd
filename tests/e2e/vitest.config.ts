import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Real processes, a file more at a time than there are cores: most of a test waits, for leases, deadlines and restarts. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/e2e/**/*.test.ts'],
    maxWorkers: availableParallelism() + 1,
    // Shared machines are noisy: a test has a second try there, and the report names it.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
