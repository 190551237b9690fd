import { createHmac } from 'node:crypto'
import { keys } from '@eventmesh/db'
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { copied, expect, join, send, signIn, test } from './fixtures.ts'
import { organization } from './organization.ts'

const secret = 'whsec_test_0123456789abcdef'

test('connects Stripe: each mistake is named while it happens, and the right delivery ends the test', async ({
  page,
  house,
}) => {
  await signIn(page, house, undefined, `/${house.slug}/sources`)
  await page.getByRole('link', { name: 'Add source…' }).first().click()
  await page.getByRole('searchbox', { name: 'Search providers' }).fill('stri')
  await page.getByRole('link', { name: /Stripe/ }).click()
  await page.getByLabel('Name').fill('payments')
  await page.getByRole('button', { name: 'Create source' }).click()
  const url = (await page.getByLabel('Address', { exact: true }).textContent()) ?? ''
  expect(url).toMatch(new RegExp(`^${house.mesh.ingestUrl}/hooks/[A-Za-z0-9_-]{22,}$`))
  expect(await copied(page, () => page.getByRole('button', { name: 'Copy address' }).click())).toBe(url)

  await page.getByRole('textbox', { name: 'Secret' }).fill('v1,c2lnbmF0dXJl')
  await page.getByRole('button', { name: 'Save secret and test' }).click()
  await expect(page.getByText('This is a signature, not the secret.')).toBeVisible()
  await page.getByRole('textbox', { name: 'Secret' }).fill(secret)
  await page.getByRole('button', { name: 'Save secret and test' }).click()
  await expect(page.getByText('Listening for a test delivery…')).toBeVisible()
  expect(await page.content()).not.toContain(secret)
  expect(await page.content()).not.toContain(url)

  const body = (id: string) => JSON.stringify({ id, type: 'customer.created', created: seconds(), data: {} })
  const mistakes = [
    ['wrong_secret', stripe(body('evt_1'), { key: 'whsec_another_one_altogether' }), body('evt_1')],
    ['timestamp_skew', stripe(body('evt_2'), { at: seconds() - 400 }), body('evt_2')],
    ['body_altered', stripe(body('evt_3')), JSON.stringify(JSON.parse(body('evt_3')), null, 2)],
    ['header_missing', {}, body('evt_4')],
  ] as const
  for (const [diagnosis, headers, sent] of mistakes) {
    expect((await deliver(url, sent, headers)).status).toBe(401)
    await expect(page.locator('[data-delivery="fail"]', { hasText: diagnosis })).toBeVisible()
  }
  await expect(page.getByText('Listening for a test delivery…')).toBeVisible()
  await expect(page.getByText(/Sender clock is 4\d\d s behind; allowed 300 s\./)).toBeVisible()
  const skewed = page.locator('[data-delivery="fail"]', { hasText: 'timestamp_skew' })
  await expect(skewed).toContainText(/Signed at[A-Z][a-z]{2} \d{1,2}, \d\d:\d\d:\d\d\.000 UTC/)
  await expect(skewed).toContainText(/Clock difference4\d\d s/)

  expect((await deliver(url, body('evt_5'), stripe(body('evt_5')))).status).toBe(202)
  await expect(page.getByText('Verified. payments is connected.').last()).toBeVisible()
  await expect(page.locator('[data-delivery="pass"]')).toHaveCount(1)
  await page.getByRole('link', { name: 'Open source' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('payments')
  await expect(page.getByText('signature_mismatch').first()).toBeVisible()

  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=source:payments&outcome=rejected`)
  await page.locator('tr[data-event-row]').first().getByRole('link').click()
  await expect(page.getByText('Diagnosis: No Stripe-Signature header.')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Open source' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('payments')
})

test('lists the API itself with its state and its last event', async ({ page, house }) => {
  const { slug, ownerEmail, tenantId } = await organization(house, 'direct')
  await signIn(page, house, ownerEmail, `/${slug}/sources`)
  const row = page.getByRole('row', { name: /Direct API test/ })
  await expect(row).toContainText('New')
  const made = await keys.create(house.db, { tenantId, name: 'sender', mode: 'test' })
  if (!made.ok) throw new Error(made.detail)
  await send(house, { event_type: 'direct.sent', payload: {} }, made.secret)
  await expect(async () => {
    await page.reload()
    await expect(row).toContainText('Receiving', { timeout: 2_000 })
  }).toPass()
  await expect(page.getByRole('row', { name: /Direct API/ }).first()).toContainText('New')
})

test('rotates a secret without a gap, and an address with a day of both', async ({ page, house }) => {
  const { url, id } = await create(page, house.slug, house, 'rotating', secret)
  const body = (n: number) => JSON.stringify({ id: `evt_r${n}`, type: 'charge.succeeded', created: seconds() })
  expect((await deliver(url, body(1), stripe(body(1)))).status).toBe(202)

  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/sources/${id}?tab=secrets`)
  const rows = page.locator('[data-secret-row]')
  await expect(rows).toHaveCount(1)
  await page.getByRole('button', { name: 'Add new secret…' }).click()
  await page.getByRole('textbox', { name: 'Secret' }).fill('whsec_the_new_one_of_this_test')
  await page.getByRole('button', { name: 'Add secret' }).click()
  await expect(rows).toHaveCount(2)
  await expect(async () => {
    const sent = body(Date.now())
    expect((await deliver(url, sent, stripe(sent, { key: 'whsec_the_new_one_of_this_test' }))).status).toBe(202)
  }).toPass({ timeout: 30_000 })
  expect((await deliver(url, body(2), stripe(body(2)))).status).toBe(202)
  await rows.last().getByRole('button', { name: 'Remove old secret…' }).click()
  await page.getByRole('button', { name: 'Remove secret', exact: true }).click()
  await expect(rows).toHaveCount(1)

  await page.getByRole('tab', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Rotate URL…' }).click()
  await page.getByRole('button', { name: 'Rotate URL', exact: true }).click()
  const next = (await page.getByLabel('Address', { exact: true }).textContent()) ?? ''
  expect(next).not.toBe(url)
  await page.getByRole('button', { name: 'Copy address' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByText('The old address works until')).toBeVisible()
  for (const address of [next, url]) {
    await expect(async () => {
      const sent = body(Date.now())
      const key = 'whsec_the_new_one_of_this_test'
      expect((await deliver(address, sent, stripe(sent, { key }))).status).toBe(202)
    }).toPass({ timeout: 30_000 })
  }
})

test('a source’s tabs and its test have nothing that axe finds', async ({ page, house }) => {
  const { url, id } = await create(page, house.slug, house, 'axe', secret)
  await deliver(url, '{}', {})
  await expect(page.locator('[data-delivery="fail"]')).toBeVisible()
  const base = `${house.mesh.consoleUrl}/${house.slug}/sources`
  for (const size of [
    { width: 1_440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size)
    expect(await violations(page)).toEqual([])
    for (const tab of ['overview', 'settings', 'secrets', 'handshake', 'danger']) {
      await page.goto(`${base}/${id}?tab=${tab}`)
      await expect(page.getByRole('tabpanel')).toBeVisible()
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth), tab).toBeLessThanOrEqual(size.width)
    }
    await page.goto(`${base}/new?source=${id}&step=test`)
  }
})

test('pauses, resumes and deletes', async ({ page, browser, house }) => {
  const { url, id } = await create(page, house.slug, house, 'ending', secret)
  const answers = (status: number) =>
    expect(async () => {
      const sent = JSON.stringify({ id: `evt_p${Date.now()}`, type: 'x', created: seconds() })
      expect((await deliver(url, sent, stripe(sent))).status).toBe(status)
    }).toPass({ timeout: 30_000 })
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/sources/${id}?tab=danger`)
  await page.getByRole('button', { name: 'Pause source' }).click()
  await expect(page.getByText('Paused since')).toBeVisible()
  await answers(503)
  const refused = async (reason: string, fix: RegExp) =>
    expect(async () => {
      await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=source:ending&reason=${reason}`)
      await page.locator('tr[data-event-row]').first().locator('td').nth(1).click({ timeout: 3_000 })
      await expect(page.getByText(fix)).toBeVisible({ timeout: 3_000 })
    }).toPass({ timeout: 40_000 })
  await refused('source_paused', /The source is paused since .* How Stripe retries: /)
  const viewer = await browser.newContext()
  const theirs = await viewer.newPage()
  await join(theirs, house, 'paused-viewer@example.com', 'viewer')
  await theirs.goto(page.url())
  await expect(theirs.getByText(/The source is paused since/)).toBeVisible()
  await expect(theirs.getByRole('button', { name: 'Resume source' })).toHaveCount(0)
  await viewer.close()
  await page.getByRole('button', { name: 'Resume source' }).click()
  await expect(page.getByText('The source was paused then, and takes deliveries again.')).toBeVisible()
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/sources/${id}?tab=danger`)
  await page.getByRole('button', { name: 'Pause source' }).click()
  await page.getByRole('button', { name: 'Resume source' }).click()
  await expect(page.getByText('Paused since')).toHaveCount(0)
  await answers(202)
  await page.getByRole('button', { name: 'Delete source…' }).click()
  const button = page.getByRole('button', { name: 'Delete source', exact: true })
  await expect(button).toHaveAttribute('aria-disabled', 'true')
  await page.getByLabel('Type ending to confirm').fill('ending')
  await button.click()
  await page.waitForURL(`**/${house.slug}/sources`)
  await expect(page.getByText('ending')).toHaveCount(0)
  await answers(410)
  await refused('source_deleted', /The source was deleted by ana@example\.com on .* Remove the URL at Stripe\./)
})

test('a setting that the provider does not take is refused at its field, and nothing is lost', async ({
  page,
  house,
}) => {
  const { id } = await create(page, house.slug, house, 'settings', secret)
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/sources/${id}?tab=settings`)
  await page.getByText('Options', { exact: true }).click()
  await page.getByLabel('tolerance').fill('soon')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Must be a whole number of seconds.')).toBeVisible()
  await page.getByLabel('tolerance').fill('600')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('Saved.')).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('tolerance')).toHaveValue('600')
})

test('names how the secret would have matched, and sets it with one press', async ({ page, house }) => {
  test.setTimeout(120_000)
  await signIn(page, house, undefined, `/${house.slug}/sources/new?provider=generic-hmac`)
  await page.getByLabel('Name').fill('decoded')
  await page.getByLabel('header').first().fill('X-Sig')
  await page.getByRole('button', { name: 'Create source' }).click()
  const url = (await page.getByLabel('Address', { exact: true }).textContent()) ?? ''
  await page.getByRole('button', { name: 'Copy address' }).click()
  const key = Buffer.from('a key of thirty-two bytes length').toString('base64')
  await page.getByRole('textbox', { name: 'Secret' }).fill(key)
  await page.getByRole('button', { name: 'Save secret and test' }).click()
  await expect(page.getByText('Listening for a test delivery…')).toBeVisible()
  const deliverSigned = async () => {
    const body = JSON.stringify({ at: Date.now() })
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('hex')
    return (await deliver(url, body, { 'x-sig': signature })).status
  }
  expect(await deliverSigned()).toBe(401)
  const failed = page.locator('[data-delivery="fail"]', { hasText: 'secret_decoding' })
  await expect(failed.getByRole('button', { name: 'Use base64' })).toBeVisible()
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=source:decoded&outcome=rejected`)
    await page.locator('tr[data-event-row]').first().locator('td').nth(1).click({ timeout: 3_000 })
    await expect(page.getByRole('button', { name: 'Use base64' })).toBeVisible({ timeout: 3_000 })
  }).toPass({ timeout: 40_000 })
  // The diagnosis says what to change; what the reason says to everybody would contradict it.
  await expect(page.getByText('How to fix:')).toHaveCount(0)
  await expect(page.locator('dl', { hasText: 'Header found' }).last()).toContainText('Header foundx-sig')
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Use base64' }).click()
  await expect(page.getByText('The secret is read as base64 within 30 seconds.')).toBeVisible()
  await expect(async () => expect(await deliverSigned()).toBe(202)).toPass({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Open source' }).click()
  await expect(page.locator('[data-delivery="pass"]').first()).toContainText('Schemegeneric-hmac')
  await expect(failed).toBeVisible()
  await expect(page.getByRole('button', { name: 'Use base64' })).toHaveCount(0)
})

for (const [role, canWrite, canHoldSecrets] of [
  ['viewer', false, false],
  ['developer', true, false],
  ['admin', true, true],
] as const) {
  test(`a ${role} sees sources${canWrite ? ' and changes them' : ''}${canHoldSecrets ? ', secrets too' : ''}`, async ({
    page,
    browser,
    house,
  }) => {
    const owner = await browser.newPage()
    const { id } = await create(owner, house.slug, house, `for-${role}`, secret)
    await owner.close()
    await join(page, house, `sources-${role}@example.com`, role)
    const base = `${house.mesh.consoleUrl}/${house.slug}/sources`
    await page.goto(base)
    await expect(page.getByRole('link', { name: `for-${role}` })).toBeVisible()
    const add = page.getByRole(canWrite ? 'link' : 'button', { name: 'Add source…' })
    await expect(add).toHaveCount(1)
    if (!canWrite) await expect(add).toHaveAttribute('aria-disabled', 'true')
    const again = page.getByRole(canWrite ? 'link' : 'button', { name: 'Test again' })
    await page.goto(`${base}/${id}`)
    expect(await again.getAttribute('aria-disabled')).toBe(canWrite ? null : 'true')
    await page.goto(`${base}/new`)
    await expect(page.getByRole('searchbox', { name: 'Search providers' })).toHaveCount(canWrite ? 1 : 0)
    await page.goto(`${base}/${id}?tab=secrets`)
    const addSecret = page.getByRole('button', { name: 'Add new secret…' })
    await expect(addSecret).toBeVisible()
    expect(await addSecret.getAttribute('aria-disabled')).toBe(canHoldSecrets ? null : 'true')
  })
}

type House = Parameters<typeof signIn>[1]

/** Through the page, as its owner. */
async function create(page: Page, slug: string, house: House, name: string, key: string) {
  await signIn(page, house, undefined, `/${slug}/sources/new?provider=stripe`)
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Create source' }).click()
  const url = (await page.getByLabel('Address', { exact: true }).textContent()) ?? ''
  await page.getByRole('button', { name: 'Copy address' }).click()
  await page.getByRole('textbox', { name: 'Secret' }).fill(key)
  await page.getByRole('button', { name: 'Save secret and test' }).click()
  await page.waitForURL('**/sources/new?source=*step=test')
  const id = new URL(page.url()).searchParams.get('source') ?? ''
  return { url, id }
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}

/** https://docs.stripe.com/webhooks#verify-manually: HMAC-SHA-256 of `<t>.<body>` in hex. */
function stripe(body: string, { key = secret, at = seconds() }: { key?: string; at?: number } = {}) {
  const signature = createHmac('sha256', key).update(`${at}.${body}`).digest('hex')
  return { 'stripe-signature': `t=${at},v1=${signature}` }
}

async function deliver(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })
}
