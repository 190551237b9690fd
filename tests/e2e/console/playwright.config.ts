import { defineConfig } from '@playwright/test'

const chromium = process.env.EVENTMESH_TEST_CHROMIUM

/** The console in a real browser, on everything that `npm start` runs. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  globalSetup: './setup.ts',
  outputDir: '../../../test-results',
  // Two would keep two cores busy without end, and what waits for a page would wait in vain.
  workers: 1,
  fullyParallel: false,
  // Shared machines are noisy: a test has a second try there, and the report names it.
  retries: process.env.CI === 'true' ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1_440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
    screenshot: 'only-on-failure',
    // Of every first try, one would cost a fifth of the suite's time.
    trace: 'on-first-retry',
  },
})
