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

export const test = base.extend<object, { readonly house: House }>({
  house: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures a function wants from its pattern
    async ({}, use) => await use(JSON.parse(process.env[houseVariable] ?? '') as House),
    { scope: 'worker' },
  ],
})

export { expect } from '@playwright/test'
