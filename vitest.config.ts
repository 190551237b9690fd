import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{apps,packages}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Real processes have their own configuration: tests/e2e/vitest.config.ts.
    exclude: ['**/node_modules/**', 'tests/e2e/**'],
    globalSetup: ['packages/db/src/testing-setup.ts'],
    // Many files wait for a server more than they compute.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
