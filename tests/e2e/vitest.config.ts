import { defineConfig } from 'vitest/config'

/** Real processes, two files at a time: most of a test is waiting, for leases, deadlines and restarts. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/e2e/**/*.test.ts'],
    maxWorkers: 2,
    // Shared machines are noisy: a test has a second try there, and the report names it.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
