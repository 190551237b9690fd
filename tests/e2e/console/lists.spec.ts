import { keys } from '@eventmesh/db'
import type { Locator, Page } from '@playwright/test'
import { copied, expect, send, signIn, test } from './fixtures.ts'
import { organization } from './organization.ts'

test('walks the rows of every list with j and k, and copies what the row is about with c', async ({ page, house }) => {
  const { slug, tenantId, ownerEmail, member } = await organization(house, 'walked')
  await member('bo', 'admin')
  const made = []
  for (const name of ['first', 'second']) {
    const key = await keys.create(house.db, { tenantId, name, mode: 'test' }, { kind: 'operator', name: 'test' })
    if (!key.ok) throw new Error(key.detail)
    made.unshift(key.key)
  }
  await signIn(page, house, ownerEmail, `/${slug}/keys`)
  await reached(page, page.getByRole('link', { name: 'second', exact: true }))
  await page.keyboard.press('j')
  await expect(page.getByRole('link', { name: 'first', exact: true })).toBeFocused()
  expect(await copied(page, () => page.keyboard.press('c'))).toBe(made[1]?.id)
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/keys/${made[0]?.id}`)

  await page.goto(`${house.mesh.consoleUrl}/${slug}/members`)
  await reached(page, page.locator('tr[data-row]').first().getByRole('button'))
  expect(await copied(page, () => page.keyboard.press('c'))).toContain(`@${slug}.example`)

  await page.goto(`${house.mesh.consoleUrl}/${slug}/audit`)
  const entry = page.getByRole('row', { name: /key\.created.*first/ })
  await expect(entry).toBeVisible()
  await reached(page, page.locator('tr[data-row]').first().getByRole('link').first())
  expect(await copied(page, () => page.keyboard.press('c'))).toBe(made[0]?.id)
  await entry.getByText('key.created').click()
  await expect(page.getByRole('dialog', { name: 'Audit entry' })).toContainText('test operator by CLI')

  await page.goto(`${house.mesh.consoleUrl}/${slug}/sources`)
  await page.getByRole('link', { name: 'Show cURL' }).click()
  await expect(page.getByRole('tab', { name: 'cURL' })).toBeVisible()
})

test('offers the known types for a test event', async ({ page, house }) => {
  await send(house, { event_type: 'known.before', payload: {} })
  await signIn(page, house, undefined, `/${house.slug}/events`)
  await expect(async () => {
    await page.reload()
    await page.getByRole('button', { name: 'Send test event…' }).click()
    await expect(page.locator('#known-types option[value="known.before"]')).toHaveCount(1, { timeout: 3_000 })
  }).toPass({ timeout: 40_000 })
})

/** The list comes after its heading. From no row `k` leads to the first, and from the first nowhere. */
async function reached(page: Page, first: Locator): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('k')
    await expect(first).toBeFocused({ timeout: 500 })
  }).toPass({ timeout: 10_000 })
}
