import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, send, signIn, superuserOf, test, whileLocked } from './fixtures.ts'

const lists = [
  ['API keys', 'api_key'],
  ['Sources', 'source'],
  // Whoever may remove members is told of their keys.
  ['Members', 'api_key'],
  ['Audit log', 'audit'],
] as const

const frame = (page: Page) => page.getByRole('navigation', { name: 'Main' })

for (const [name, table] of lists) {
  test(`${name}: what cannot be loaded says so alone, and is there again when it is tried`, async ({
    browser,
    house,
  }) => {
    const superuser = await superuserOf(house)
    const context = await browser.newContext()
    const page = await context.newPage()
    await signIn(page, house, undefined, `/${house.slug}/events`)
    try {
      await superuser.sql.unsafe(`alter table ${table} rename to ${table}_away`)
      await frame(page).getByRole('link', { name, exact: true }).click()
      await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
      const fault = page.getByRole('alert').filter({ hasText: 'This could not be loaded' })
      await expect(fault).toBeVisible()
      await expect(fault).toContainText(/Request [0-9a-f-]{36}/)
      await expect(frame(page)).toBeVisible()
      await expect(page.locator('#content').getByRole('searchbox')).toBeVisible()
      expect(await violations(page)).toEqual([])
      await page.reload()
      await expect(fault).toBeVisible()
      await expect(frame(page)).toBeVisible()
    } finally {
      await superuser.sql.unsafe(`alter table ${table}_away rename to ${table}`)
      await superuser.close()
    }
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'This could not be loaded' })).toHaveCount(0)
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
    await context.close()
  })
}

test('a list that is slow has its frame, its header, its keys and its rows in grey at once', async ({
  page,
  house,
}) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  await whileLocked(house, 'api_key', async () => {
    await frame(page).getByRole('link', { name: 'API keys' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'API keys' })).toBeVisible()
    await expect(page.getByRole('searchbox')).toBeVisible()
    await expect(page.locator('[aria-busy="true"]')).toBeVisible()
    await page.keyboard.press('/')
    await expect(page.getByRole('searchbox')).toBeFocused()
    await page.getByRole('heading', { level: 1 }).click()
    await page.keyboard.press('n')
    await expect(page.getByRole('dialog', { name: 'Create API key' })).toBeVisible()
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(1)
    await page.keyboard.press('Escape')
  })
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await expect(page.locator('#content').getByRole('table')).toBeVisible()

  await send(house, { event_type: 'states.slow', payload: {} })
  const rows = page.locator('tr[data-event-row]')
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events`)
    await expect(rows.first()).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await frame(page).getByRole('link', { name: 'API keys' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API keys' })).toBeVisible()
  await whileLocked(house, 'event_index', async () => {
    await frame(page).getByRole('link', { name: 'Events' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Events' })).toBeVisible()
    await expect(page.locator('[aria-busy="true"] > div')).toHaveCount(12)
    await page.keyboard.press('/')
    await expect(page.getByRole('combobox', { name: /^Search by id/ })).toBeFocused()
    await page.keyboard.press('Escape')
    await page.keyboard.press('t')
    await expect(page.getByRole('option', { name: 'Last hour' })).toBeVisible()
    await page.keyboard.press('Escape')
  })
  await whileLocked(house, 'event_stats_minute', async () => {
    await frame(page).getByRole('link', { name: 'Overview' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
    await expect(page.locator('[aria-busy="true"]')).toContainText('Rejection reasons')
    expect(await violations(page)).toEqual([])
  })
  await expect(page.getByRole('region', { name: 'Charts' })).toBeVisible()
  await frame(page).getByRole('link', { name: 'API keys' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API keys' })).toBeVisible()
  // A read gives up after five seconds, which are soon over.
  await whileLocked(house, 'event_index', async () => {
    await frame(page).getByRole('link', { name: 'Events' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Events' })).toBeVisible()
    await page.keyboard.press('j')
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(1)
  })
  await expect(page.getByRole('complementary', { name: 'Event' })).toBeVisible()
  await expect(rows.first().getByRole('link')).toBeFocused()

  const current = frame(page).locator('[aria-current="page"]')
  await expect(current).toHaveCSS('outline-style', 'none')
  await page.emulateMedia({ forcedColors: 'active' })
  await expect(current).toHaveCSS('outline-style', 'solid')
})

test('what is not there keeps the frame for a member, and is a 404', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const unknown = '01a21479-cbff-7159-8df3-0dc87adc3ff1'
  for (const path of [`keys/${unknown}`, `sources/${unknown}`, 'settings/nothing']) {
    const response = await page.goto(`${house.mesh.consoleUrl}/${house.slug}/${path}`)
    expect(response?.status(), path).toBe(404)
    await expect(page.getByRole('heading', { level: 1, name: 'Not found' }), path).toBeVisible()
    await expect(frame(page), path).toBeVisible()
  }
  expect(await violations(page)).toEqual([])
})
