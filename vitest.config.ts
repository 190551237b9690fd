import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Real processes, and adapters whose broker is killed under them, have a configuration of their own.
    exclude: ['**/node_modules/**', 'tests/e2e/**', '**/*.fault.test.ts'],
    globalSetup: ['packages/db/src/testing-setup.ts'],
    // Many files wait for a server more than they compute.
    maxWorkers: availableParallelism() + 1,
    // Shared machines are noisy: a test has a second try there, and the report names it.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
