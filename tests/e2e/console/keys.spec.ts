import { keys } from '@eventmesh/db'
import type { Route } from '@playwright/test'
import { query } from '../harness/records.ts'
import { violations } from './axe.ts'
import { copied, expect, send, signIn, test } from './fixtures.ts'
import { organization } from './organization.ts'

const bo = { kind: 'operator', name: 'bo' } as const

test.beforeEach(async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/keys`)
})

async function create(page: import('@playwright/test').Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  return (await page.getByLabel('API key', { exact: true }).textContent()) ?? ''
}

test('holds a new key until it was copied, then shows it nowhere', async ({ page, house }) => {
  const key = await create(page, 'held')
  expect(key).toMatch(/^em_live_[0-9A-Za-z]{38}$/)
  const shown = page.getByLabel('API key', { exact: true })
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await page.evaluate(() => document.querySelector<HTMLElement>('nav a[href$="/events"]')?.click())
  await page.evaluate(() => window.history.back())
  await expect(shown).toHaveText(key)
  await expect(page.getByRole('button', { name: 'Done' })).toHaveCount(0)

  expect(await copied(page, () => page.getByRole('button', { name: 'Copy key' }).click())).toBe(key)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByRole('link', { name: 'held', exact: true })).toBeFocused()
  await expect(page.getByRole('dialog')).toHaveCount(0)

  const left = await page.evaluate(() =>
    JSON.stringify([document.documentElement.outerHTML, { ...localStorage }, { ...sessionStorage }, location.href]),
  )
  expect(left).not.toContain(key.slice(8))
  await page.reload()
  expect(await page.content()).not.toContain(key.slice(8))
  expect((await send(house, { event_type: 'keys.held', payload: {} }, key)).status).toBe(202)
})

test('asks once more before a key is closed without a copy', async ({ page }) => {
  await create(page, 'uncopied')
  await page.getByRole('button', { name: 'Close without copying' }).click()
  await page.getByRole('button', { name: 'The key will be lost. Close anyway' }).click()
  await expect(page.getByRole('link', { name: 'uncopied', exact: true })).toBeVisible()
})

test('rotates a key without a gap, and ends the overlap by hand', async ({ page, house }) => {
  const old = await create(page, 'rotated')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Actions for rotated', exact: true }).first().click()
  await page.getByRole('menuitem', { name: 'Rotate…' }).click()
  await page.getByRole('button', { name: 'Rotate key' }).click()
  const fresh = (await page.getByLabel('API key', { exact: true }).textContent()) ?? ''
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  for (const key of [old, fresh])
    expect((await send(house, { event_type: 'keys.both', payload: {} }, key)).status).toBe(202)

  const named = page.getByRole('link', { name: 'rotated', exact: true })
  const row = page.locator('tr', { hasText: 'Rotating out' }).filter({ has: named })
  await expect(row).toContainText(/Rotating out · 2[34] h left|Rotating out · 1 d left/)
  await row.getByRole('button', { name: 'Actions for rotated', exact: true }).click()
  await page.getByRole('menuitem', { name: 'End overlap now…' }).click()
  await page.getByRole('button', { name: 'End overlap', exact: true }).click()
  await expect(row).toHaveCount(0)
  await expect
    .poll(async () => (await send(house, { event_type: 'keys.late', payload: {} }, old)).code, { timeout: 30_000 })
    .toBe('key_revoked')
  expect((await send(house, { event_type: 'keys.fresh', payload: {} }, fresh)).status).toBe(202)

  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/audit`)
  for (const action of ['key.created', 'key.rotated', 'key.overlap_ended']) {
    await expect(page.getByText(action, { exact: true }).first()).toBeVisible()
  }
  await page
    .getByRole('row', { name: /key\.overlap_ended/ })
    .getByRole('link')
    .first()
    .click()
  const entry = page.getByRole('dialog', { name: 'Audit entry' })
  await expect(entry.getByRole('button', { name: 'Copy session id' })).toBeVisible()
})

test('revokes an idle key after a plain question, a used one after its name was typed', async ({ page, house }) => {
  test.setTimeout(120_000)
  await create(page, 'idle')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  const revoke = async (name: string) => {
    await page
      .getByRole('button', { name: `Actions for ${name}`, exact: true })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Revoke…' }).click()
  }
  await revoke('idle')
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.locator('tr[data-key-row]', { hasText: 'idle' })).toContainText('Revoked')

  const used = await create(page, 'used')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await send(house, { event_type: 'keys.used', payload: {} }, used)
  await expect
    .poll(
      async () => {
        await page.reload()
        return await page.locator('tr[data-key-row]', { hasText: 'used' }).first().textContent()
      },
      { timeout: 45_000, intervals: [2_000] },
    )
    .toMatch(/127\.0\.0\.1/)
  await revoke('used')
  await expect(page.getByRole('button', { name: 'Revoke key' })).toHaveAttribute('aria-disabled', 'true')
  await page.getByLabel('Type used to confirm').fill('used')
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
})

test('refuses a name twice and addresses that are none, beside their fields', async ({ page }) => {
  await create(page, 'twice')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('twice')
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(page.getByText('A usable key has this name already.')).toBeVisible()
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused()
  await page.getByLabel(/Allowed IPs/).fill('10.0.0.1\n10.0.0.0/99')
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(page.getByText(/^Line 2 must be an IP address/)).toBeVisible()
})

test('says who rotated a key meanwhile and leads to its successor, which names it under every filter', async ({
  page,
  house,
}) => {
  const { slug, tenantId, ownerEmail } = await organization(house, 'faster')
  const made = await keys.create(house.db, { tenantId, name: 'shared', mode: 'test' }, bo)
  if (!made.ok) throw new Error(made.detail)
  await page.context().clearCookies()
  await signIn(page, house, ownerEmail, `/${slug}/keys/${made.key.id}`)
  await page.getByRole('button', { name: 'Actions for shared' }).first().click()
  await page.getByRole('menuitem', { name: 'Rotate…' }).click()
  const rotated = await keys.rotate(house.db, { tenantId, id: made.key.id, overlapMs: 3_600_000 }, bo)
  if (!rotated.ok) throw new Error(rotated.detail)
  await page.getByRole('button', { name: 'Rotate key' }).click()
  await expect(page.getByText(/^This key was rotated (just now|\d+ s ago) by bo\./)).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Show the new key’s row' }).click()
  const row = page.locator(`tr[data-key-row="${rotated.key.id}"]`)
  await expect(row.getByRole('link')).toBeFocused()

  await query(
    house.mesh.dataDir,
    `update api_key set rotated_at = now() - interval '2 hours' where id = '${made.key.id}'`,
  )
  await page.reload()
  const old = page.locator(`tr[data-key-row="${made.key.id}"]`)
  await expect(old).toContainText('No traffic for 2 h')
  await old.getByRole('button', { name: 'End overlap now' }).click()
  await page.getByRole('alertdialog', { name: 'End the overlap now?' }).getByRole('button', { name: 'Cancel' }).click()

  await keys.update(house.db, { tenantId, id: rotated.key.id, name: 'shared-2' }, bo)
  await page.goto(`${house.mesh.consoleUrl}/${slug}/keys?status=active`)
  await expect(row).toContainText('replaces shared')
  await row.getByRole('link').click()
  await page.getByRole('link', { name: 'shared', exact: true }).click()
  await page.waitForURL(`**/keys/${made.key.id}`)
  await expect(page.getByRole('link', { name: 'shared-2', exact: true })).toBeVisible()

  const ranges = ['10.1.0.0/16', '2001:db8::/32']
  await keys.update(house.db, { tenantId, id: rotated.key.id, allowedIps: ranges }, bo)
  await page.goto(`${house.mesh.consoleUrl}/${slug}/keys`)
  await row.getByRole('button', { name: '2 ranges' }).click()
  expect(await copied(page, () => page.getByRole('menuitem', { name: '2001:db8::/32' }).click())).toBe(ranges[1])
  await row.getByRole('button', { name: 'Actions for shared-2' }).click()
  await keys.revoke(house.db, { tenantId, id: rotated.key.id }, bo)
  await page.getByRole('menuitem', { name: 'Disable' }).click()
  const refused = page.getByRole('dialog', { name: 'shared-2 was not disabled' })
  await expect(refused.getByRole('alert')).toContainText(/Somebody else changed this key meanwhile.*revoked/)
  await refused.getByRole('button', { name: 'Close' }).last().click()
  await expect(row).toContainText('Revoked')
})

test('revokes a key that was created but never shown, and creates another', async ({ page, house }) => {
  const { slug, tenantId, ownerEmail } = await organization(house, 'unseen')
  await page.context().clearCookies()
  await signIn(page, house, ownerEmail, `/${slug}/keys`)
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('unseen')
  const lost = async (route: Route) => {
    if (route.request().method() !== 'POST') return await route.fallback()
    await route.fetch()
    await route.abort()
  }
  await page.route(`**/${slug}/keys`, lost)
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(page.getByText('The console did not answer. Try again in a moment.')).toBeVisible()
  await page.unroute(`**/${slug}/keys`, lost)
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(page.getByText('The key was created but never shown.')).toBeVisible()
  await page.getByRole('button', { name: 'Revoke it and create another' }).click()
  await expect(page.getByLabel('API key', { exact: true })).toHaveText(/^em_live_/)
  const all = await keys.list(house.db, tenantId)
  expect(all.map(({ name, status }) => `${name} ${status}`)).toEqual(['unseen active', 'unseen revoked'])
})

test('shows what became of a key’s requests in 30 days, and why some were refused', async ({ page, house }) => {
  test.setTimeout(120_000)
  const key = await create(page, 'counted')
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  for (const event of [{ event_type: 'keys.counted', payload: {} }, { payload: {} }]) await send(house, event, key)
  await page.getByRole('link', { name: 'counted', exact: true }).click()
  await page.waitForURL(/\/keys\/[0-9a-f-]{36}$/)
  const reasons = page.locator('section', { hasText: 'Rejections by reason' })
  const month = page.locator('section', { hasText: 'Last 30 days' })
  await expect(async () => {
    await page.reload()
    await expect(reasons.getByRole('link', { name: /schema_invalid/ })).toBeVisible({ timeout: 3_000 })
    await expect(month).toContainText(/Accepted 1/, { timeout: 100 })
  }).toPass({ timeout: 60_000 })
  await expect(month).toContainText('View as table')
  for (const width of [1_440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  }
  await reasons.getByRole('link', { name: /schema_invalid/ }).click()
  await expect(page).toHaveURL(/reason=schema_invalid/)
  await expect(page.locator('tr[data-event-row]')).toHaveCount(1)
})
