import { defineConfig } from '@playwright/test'

const chromium = process.env.EVENTMESH_TEST_CHROMIUM

/** What the console may cost, on its production build and a million rows: one house, one page at a time. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  globalSetup: './setup.ts',
  outputDir: '../../test-results',
  workers: 1,
  fullyParallel: false,
  // A time is measured on whatever machine there is: it has two more tries in a calmer moment, and the report names them.
  retries: 2,
  timeout: 120_000,
  reporter: [['list']],
  use: {
    viewport: { width: 1_440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
  },
})
