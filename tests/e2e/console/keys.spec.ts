import { copied, expect, send, signIn, test } from './fixtures.ts'

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
  await page.getByRole('button', { name: 'Actions for rotated' }).first().click()
  await page.getByRole('menuitem', { name: 'Rotate…' }).click()
  await page.getByRole('button', { name: 'Rotate key' }).click()
  const fresh = (await page.getByLabel('API key', { exact: true }).textContent()) ?? ''
  await page.getByRole('button', { name: 'Copy key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  for (const key of [old, fresh])
    expect((await send(house, { event_type: 'keys.both', payload: {} }, key)).status).toBe(202)

  const row = page.locator('tr', { hasText: 'Rotating out' })
  await expect(row).toContainText(/Rotating out · 2[34] h left|Rotating out · 1 d left/)
  await row.getByRole('button', { name: /Actions for rotated/ }).click()
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
