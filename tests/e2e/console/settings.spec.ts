import { readFileSync } from 'node:fs'
import { keys, sources } from '@eventmesh/db'
import { expect, password, send, signIn, test } from './fixtures.ts'
import { ageSessions, browserOf, organization } from './organization.ts'

test('renames an organization, and the old address leads nowhere', async ({ page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'naming')
  await signIn(page, house, ownerEmail, `/${slug}/settings/general`)
  await expect(page.getByRole('button', { name: 'Save changes' })).toHaveCount(0)
  await page.getByLabel('Address').fill('No Good')
  await page.keyboard.press('Control+s')
  await expect(page.getByText(/3 to 40 lower-case letters/)).toBeVisible()
  await page.getByLabel('Address').fill(`${slug}-two`)
  await page.getByLabel('Name').fill('Two & <b>Sons</b>')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.waitForURL(`**/${slug}-two/settings/general`)
  await expect(page.getByRole('button', { name: 'Organization: Two & <b>Sons</b>' })).toBeVisible()
  expect((await page.request.get(`${house.mesh.consoleUrl}/${slug}/settings/general`)).status()).toBe(404)
})

test('makes ingest ask for an idempotency key, and lets it be', async ({ page, house }) => {
  const { slug, ownerEmail, tenantId } = await organization(house, 'keyed')
  const made = await keys.create(house.db, { tenantId, name: 'sender', mode: 'test' })
  if (!made.ok) throw new Error(made.detail)
  const answer = () => send(house, { event_type: 'settings.tried', payload: {} }, made.secret)
  expect((await answer()).status).toBe(202)
  await signIn(page, house, ownerEmail, `/${slug}/settings/ingestion`)
  await page.getByRole('checkbox', { name: 'Require an idempotency key' }).click()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await expect.poll(async () => (await answer()).code, { timeout: 35_000 }).toBe('idempotency_key_required')
})

test('does not overwrite what somebody else saved meanwhile, and keeps what was typed', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail, member } = await organization(house, 'racing')
  const admin = await member('bo', 'admin')
  await signIn(page, house, ownerEmail, `/${slug}/settings/security`)
  const other = await browserOf(browser, house, admin, `/${slug}/settings/security`)
  await other.page.getByLabel('API keys live at most').fill('90')
  await other.page.getByRole('button', { name: 'Save changes' }).click()
  await expect(other.page.getByText('Saved')).toBeVisible()
  await other.context.close()

  await page.getByLabel('API keys live at most').fill('ninety')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('A whole number from 1 to 3650, or empty.')).toBeVisible()
  await page.getByLabel('API keys live at most').fill('30')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText(new RegExp(`Changed by ${admin} (just now|\\d+ s ago)\\.`))).toBeVisible()
  await expect(page.getByLabel('API keys live at most')).toHaveValue('30')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(page.getByLabel('API keys live at most')).toHaveValue('90')
})

test('chooses for how long a key is answered with the first result, unless somebody was faster', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail, tenantId, member } = await organization(house, 'window')
  const admin = await member('bo', 'admin')
  const stored = async () => {
    const [row] = await house.db.forTenant(
      tenantId,
      (tx) => tx.sql<{ dedup_window_s: number | null }[]>`select dedup_window_s from tenant where id = ${tenantId}`,
    )
    return row?.dedup_window_s
  }
  const choose = async (on: typeof page, label: string) => {
    await on.getByRole('combobox', { name: 'Dedup window' }).click()
    await on.getByRole('option', { name: label }).click()
    await on.getByRole('button', { name: 'Save changes' }).click()
  }
  await signIn(page, house, ownerEmail, `/${slug}/settings/ingestion`)
  const shown = page.getByRole('combobox', { name: 'Dedup window' })
  await expect(shown).toHaveText('Installation default (24 h)')
  await expect(page.getByText('5 MiB, at most 1,000 events')).toBeVisible()
  const other = await browserOf(browser, house, admin, `/${slug}/settings/ingestion`)
  await choose(other.page, '1 hour')
  await expect(other.page.getByText('Saved', { exact: true })).toBeVisible()
  await other.context.close()
  expect(await stored()).toBe(3_600)

  await choose(page, '7 days')
  await expect(page.getByText(new RegExp(`Changed by ${admin} (just now|\\d+ s ago)\\.`))).toBeVisible()
  await expect(shown).toHaveText('7 days')
  expect(await stored()).toBe(3_600)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(shown).toHaveText('1 hour')
  await choose(page, 'Installation default (24 h)')
  await expect(page.getByText('Saved', { exact: true })).toBeVisible()
  expect(await stored()).toBeNull()
})

test('asks before unsaved changes are left', async ({ page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'leaving')
  await signIn(page, house, ownerEmail, `/${slug}/settings/general`)
  await page.getByLabel('Name').fill('Half done')
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.message())
    void dialog.dismiss()
  })
  await page.getByRole('link', { name: 'Events' }).click()
  await expect.poll(() => asked).toEqual(['You have unsaved changes. Leave without saving them?'])
  await expect(page.getByLabel('Name')).toHaveValue('Half done')
  await page.getByRole('button', { name: 'Discard' }).click()
  await page.getByRole('link', { name: 'Events' }).click()
  await page.waitForURL('**/events')
})

test('wants the password again after the session length, and caps the life of new keys', async ({ page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'strict')
  await signIn(page, house, ownerEmail, `/${slug}/settings/security`)
  await page.getByLabel('Ask for the password again after').fill('2')
  await page.getByLabel('API keys live at most').fill('30')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved')).toBeVisible()

  await page.goto(`${house.mesh.consoleUrl}/${slug}/keys`)
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('forever')
  await page.getByRole('button', { name: 'Create key', exact: true }).click()
  await expect(page.getByText(/later than the 30 days that this organization allows/)).toBeVisible()
  await page.keyboard.press('Escape')

  await ageSessions(house, ownerEmail, 3)
  expect((await page.request.get(`${house.mesh.consoleUrl}/api/${slug}/events`)).status()).toBe(401)
  await page.goto(`${house.mesh.consoleUrl}/${slug}/events`)
  await expect(page.getByText('This organization asks for the password again')).toBeVisible()
  await expect(page.getByLabel('Email')).toHaveValue(ownerEmail)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`**/${slug}/events`)
})

test('hides payloads from viewers when it is told to, their search too', async ({ browser, page, house }) => {
  const { slug, ownerEmail, tenantId, member } = await organization(house, 'hiding')
  const made = await keys.create(house.db, { tenantId, name: 'sender', mode: 'test' })
  if (!made.ok) throw new Error(made.detail)
  const sent = await send(house, { event_type: 'hidden.payload', payload: { canary: 'heron-4711' } }, made.secret)
  const viewer = await browserOf(browser, house, await member('vera', 'viewer'), `/${slug}/events`)
  const body = () => viewer.page.request.get(`${house.mesh.consoleUrl}/api/${slug}/events/${sent.request_id}/body`)
  const found = async () =>
    await (
      await viewer.page.request.get(`${house.mesh.consoleUrl}/api/${slug}/events?q=payload.canary:heron-4711`)
    ).text()
  await expect.poll(async () => await (await body()).text()).toContain('heron-4711')
  await expect.poll(found).toContain(sent.event_id)

  await signIn(page, house, ownerEmail, `/${slug}/settings/ingestion`)
  await page.getByRole('checkbox', { name: 'Viewers may see payloads' }).click()
  await page.keyboard.press('Control+s')
  await expect(page.getByText('Saved')).toBeVisible()
  expect((await body()).status()).toBe(403)
  expect(await found()).not.toContain(sent.event_id)
  await viewer.page.goto(`${house.mesh.consoleUrl}/${slug}/events/${sent.event_id}`)
  await expect(viewer.page.getByText('Your role cannot see payloads.').first()).toBeVisible()
  expect(await viewer.page.content()).not.toContain('heron-4711')
  await viewer.context.close()
})

test('exports the configuration without anything that opens a door', async ({ page, house }) => {
  const { slug, ownerEmail, tenantId } = await organization(house, 'exporting')
  const key = await keys.create(house.db, { tenantId, name: 'exported', mode: 'test' })
  if (!key.ok) throw new Error(key.detail)
  const source = await sources.create(house.db, { tenantId, name: 'open-door', provider: 'generic-none', options: {} })
  if (!source.ok) throw new Error(source.detail)
  await signIn(page, house, ownerEmail, `/${slug}/settings/export`)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download configuration' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`${slug}-configuration.json`)
  const text = readFileSync(await download.path(), 'utf8')
  expect(JSON.parse(text)).toMatchObject({
    organization: { id: tenantId, slug },
    keys: [{ name: 'exported', display: key.key.display }],
    sources: [{ name: 'open-door' }],
    members: [{ email: ownerEmail, role: 'owner' }],
  })
  expect(text).not.toContain(key.secret.slice(8))
  expect(text).not.toContain(source.token)
  expect(text).not.toContain('argon2')
})

test('changes the password: the other sessions end, this one goes on under a new id', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail } = await organization(house, 'secret')
  const other = await browserOf(browser, house, ownerEmail, `/${slug}/events`)
  await signIn(page, house, ownerEmail, `/${slug}/settings/account`)
  await expect(page.getByText('this one')).toHaveCount(1)
  await page.getByLabel('Current password', { exact: true }).fill('not my password')
  await page.getByLabel('New password', { exact: true }).fill('seven patient herons')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('This is not your password.')).toBeVisible()
  await page.getByLabel('Current password', { exact: true }).fill(password)
  await page.getByLabel('New password', { exact: true }).fill('password1234')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText(/easy to guess/)).toBeVisible()
  await page.getByLabel('New password', { exact: true }).fill('seven patient herons')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('your other sessions have ended')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Revoke/ })).toHaveCount(0)
  await other.page.getByRole('link', { name: 'API keys' }).click()
  await other.page.waitForURL('**/sign-in?next=*')
  await other.context.close()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings')
})

test('revokes one of one’s own sessions', async ({ browser, page, house }) => {
  const { slug, ownerEmail } = await organization(house, 'devices')
  const other = await browserOf(browser, house, ownerEmail, `/${slug}/events`)
  await signIn(page, house, ownerEmail, `/${slug}/settings/account`)
  await page.getByRole('button', { name: 'Revoke Chrome on Linux' }).click()
  await expect(page.getByRole('button', { name: /^Revoke/ })).toHaveCount(0)
  await other.page.getByRole('link', { name: 'API keys' }).click()
  await other.page.waitForURL('**/sign-in?next=*')
  await other.context.close()
})

test('keeps preferences with the account, renders them on the server and brings them to another browser', async ({
  browser,
  page,
  house,
}) => {
  const { slug, ownerEmail } = await organization(house, 'preferring')
  await signIn(page, house, ownerEmail, `/${slug}/settings/account`)
  await page.setViewportSize({ width: 390, height: 844 })
  const themes = ['System', 'Light', 'Dark'].map((name) => page.getByRole('radio', { name }).boundingBox())
  expect(new Set((await Promise.all(themes)).map((box) => box?.y)).size).toBe(1)
  await page.setViewportSize({ width: 1_440, height: 900 })
  await page.getByRole('radio', { name: 'Comfortable' }).click()
  await page.getByRole('radio', { name: 'Local' }).click()
  await page.getByRole('radio', { name: '12 hours' }).click()
  await page.getByRole('radio', { name: 'Dark' }).click()
  const kept = page.waitForResponse((answer) => answer.request().postData()?.includes('shortcuts') === true)
  await page.getByRole('checkbox', { name: 'Keyboard shortcuts' }).click()
  await kept
  const html = await (await page.request.get(`${house.mesh.consoleUrl}/${slug}/audit`)).text()
  expect(html).toContain('data-density="comfortable"')
  expect(html).toMatch(/\d:\d\d:\d\d\.\d{3} [AP]M/)
  await page.goto(`${house.mesh.consoleUrl}/${slug}/audit`)
  await expect(page.locator('html')).toHaveClass(/dark/)
  const row = await page.getByRole('row').nth(1).boundingBox()
  expect(row?.height).toBeGreaterThanOrEqual(40)
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await page.keyboard.press('Shift+?')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(page.url()).toContain('/audit')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Find anything' })).toBeVisible()

  const elsewhere = await browser.newContext({ timezoneId: 'Asia/Tokyo', colorScheme: 'light' })
  const there = await elsewhere.newPage()
  await signIn(there, house, ownerEmail, `/${slug}/audit`)
  await expect(there.locator('html')).toHaveClass(/dark/)
  await expect(there.locator('html')).toHaveAttribute('data-density', 'comfortable')
  await expect(there.getByRole('row').nth(1)).toContainText(/[AP]M GMT\+9/)
  await elsewhere.close()
})
