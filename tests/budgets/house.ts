import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { type BrowserContext, test as base } from '@playwright/test'

/** What `setup.ts` prepared for all tests. */
export type House = {
  readonly consoleUrl: string
  readonly ingestUrl: string
  readonly dataDir: string
  /** Half of all rows, and the fewest. */
  readonly organizations: readonly [Organization, Organization]
}
export type Organization = {
  readonly slug: 'largest' | 'smallest'
  /** Its owner, signed in. */
  readonly owner: Awaited<ReturnType<BrowserContext['storageState']>>
}

export const houseVariable = 'EVENTMESH_BUDGETS_HOUSE'

const calmWithinMs = 60_000

export const test = base.extend<{ readonly calm: undefined }, { readonly house: House }>({
  /** Before a second try the machine may come to rest. */
  calm: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures a function wants from its pattern
    async ({}, use, { retry }) => {
      const until = Date.now() + (retry === 0 ? 0 : calmWithinMs)
      while (Date.now() < until && (loadavg()[0] ?? 0) > availableParallelism()) await pause(1_000)
      await use(undefined)
    },
    { auto: true, timeout: 2 * calmWithinMs },
  ],
  house: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures a function wants from its pattern
    async ({}, use) => await use(JSON.parse(process.env[houseVariable] ?? '') as House),
    { scope: 'worker' },
  ],
})

export { expect } from '@playwright/test'
