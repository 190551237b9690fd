import { defineConfig } from 'vitest/config'

/** Real processes, one file after the other: they share two things, the machine and its ports. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['tests/e2e/**/*.test.ts'],
    fileParallelism: false,
    // Shared machines are noisy: a test has a second try there, and the report names it.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
