import { keys } from '@eventmesh/db'
import { newRequestId, type TenantId } from '@eventmesh/envelope'
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, type House, owner, send, signIn, superuserOf, test } from './fixtures.ts'

test('says of a refusal what mends it, with the values of the case', async ({ page, house }) => {
  test.setTimeout(120_000)
  const tenantId = house.mesh.tenantId as TenantId
  const by = { kind: 'user', name: owner } as const
  const made = await keys.create(house.db, { tenantId, name: 'rotated-away', mode: 'test' }, by)
  const bound = await keys.create(
    house.db,
    { tenantId, name: 'bound', mode: 'test', allowedIps: ['192.0.2.0/24', '2001:db8::/32'] },
    by,
  )
  if (!made.ok || !bound.ok) throw new Error('no key was made')
  const rotated = await keys.rotate(house.db, { tenantId, id: made.key.id, overlapMs: 0 }, by)
  if (!rotated.ok) throw new Error(rotated.detail)
  const event = { event_type: 'refused.here', payload: {} }
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  const { display } = made.key
  const cases = [
    [event, made.secret, `Key ${display} expired`, `(rotated by ${owner}). Deploy the new key.`],
    [event, bound.secret, '127.0.0.1 is in none of the ranges of key', '192.0.2.0/24, 2001:db8::/32.'],
    [{ ...event, payload: { text: 'x'.repeat(1_100_000) } }, undefined, 'The limit is 1,048,576 bytes', 'Send less'],
  ] as const
  for (const [body, secret, ...texts] of cases) {
    const { request_id: id } = await send(house, body, secret)
    await open(page, house, id)
    for (const text of texts) await expect(page.getByText(text).first()).toBeVisible()
  }
})

test('says on which day retention took the kept body of a refusal', async ({ page, house }) => {
  const { request_id: id } = await send(house, { nonsense: true })
  await signIn(page, house)
  await open(page, house, id)
  await expect(page.getByRole('tab', { name: 'Kept body, redacted' })).toBeVisible()
  const days = 9
  const aged = newRequestId(Date.now() - days * 86_400_000)
  const superuser = await superuserOf(house)
  try {
    await superuser.sql`delete from rejected_body where request_id = ${id}`
    await superuser.sql`update event_index set request_id = ${aged}, received_at = received_at - ${days} * interval '1 day'
      where request_id = ${id}`
  } finally {
    await superuser.close()
  }
  await open(page, house, aged)
  await expect(page.getByRole('tabpanel')).toHaveText(
    /^The payload was deleted by retention on [A-Z][a-z]{2} \d{1,2}, \d{4}; the metadata is kept\.$/,
  )
})

test('leads from what an answer points at to its place in the kept body, and to the step that refused it', async ({
  page,
  house,
}) => {
  const sent = await send(house, { event_type: 'refused.place', payload: [1], note: { text: 'é' } })
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await open(page, house, sent.request_id)
  await page.getByRole('button', { name: '/payload' }).click()
  await expect(page.getByRole('tab', { name: 'Kept body, redacted' })).toHaveAttribute('aria-selected', 'true')
  const body = page.getByRole('region', { name: 'Kept body, redacted' })
  await expect(body).toBeFocused()
  const place = body.locator('[data-line]', { hasText: '"payload"' })
  await expect(place).toHaveClass(/border-bad/)
  await expect(place).toContainText('payload is not a JSON object')
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'validate' })).toContainText(
    /Ended here after .* schema_invalid/,
  )
  expect(await violations(page)).toEqual([])
})

test('says of a refused body that only its beginning is kept', async ({ page, house }) => {
  const sent = await send(house, { event_type: 'refused.long', payload: 'x'.repeat(5_000) })
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await open(page, house, sent.request_id)
  await page.getByRole('tab', { name: 'Kept body, redacted' }).click()
  await expect(page.getByRole('tabpanel')).toContainText('Only the first 4 kB of a refused body are kept.')
})

test('asks before it shows a large payload, and finds, wraps and turns pages in a long one', async ({
  page,
  house,
}) => {
  const large = await send(house, { event_type: 'long.large', payload: { text: 'x'.repeat(300_000) } })
  const rows = Array.from({ length: 2_600 }, (_, n) => ({ n, sku: `sku-${n}` }))
  const long = await send(house, { event_type: 'long.lines', payload: { rows, wide: 'w'.repeat(900) } })
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await open(page, house, large.request_id)
  await expect(page.getByText('Large payload, 300 kB')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Payload' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Download' })).toHaveAttribute('href', /part=payload&download/)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Show first 64 kB' }).click()
  await expect(page.getByText('The first 64 kB of 300 kB')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Payload' })).toContainText('xxx')

  await open(page, house, long.request_id)
  const lines = page.getByRole('navigation', { name: 'Lines of payload' })
  await expect(lines).toContainText('Lines 1–2,000 of 10,405')
  await lines.getByRole('button', { name: 'Next lines' }).click()
  await expect(lines).toContainText('Lines 2,001–4,000')
  const find = page.getByRole('searchbox', { name: 'Find in payload' })
  await find.fill('SKU-25')
  const status = page.getByRole('status').filter({ hasText: 'of 111' })
  await expect(status).toHaveText('1 of 111')
  const region = page.getByRole('region', { name: 'Payload' })
  await expect(region.locator('.border-accent')).toContainText('"sku-25"')
  await find.press('Enter')
  await expect(status).toHaveText('2 of 111')
  await expect(region.locator('.border-accent')).toContainText('"sku-250"')
  await expect(region.locator('.border-accent')).toBeInViewport()
  await find.press('Shift+Enter')
  await find.press('Shift+Enter')
  await expect(status).toHaveText('111 of 111')
  await expect(region.locator('.border-accent')).toContainText('"sku-2599"')
  await find.fill('www')
  const height = async () => (await region.locator('.border-accent').boundingBox())?.height ?? 0
  expect(await height()).toBeGreaterThan(40)
  await page.getByRole('button', { name: 'Wrap long lines' }).click()
  expect(await height()).toBeLessThan(40)
  await find.press('Escape')
  await expect(find).toHaveValue('')
})

test('shows the row at once beside the list while the rest is on its way', async ({ page, house }) => {
  const sent = await send(house, { event_type: 'panel.first', payload: {} })
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  const row = page.locator('tr[data-event-row]')
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=type:panel.first`)
    await expect(row).toHaveCount(1, { timeout: 3_000 })
  }).toPass()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(`**/api/*/events/${sent.request_id}`, async (route) => {
    await held
    await route.continue()
  })
  await row.locator('td').nth(1).click()
  const panel = page.getByRole('complementary', { name: 'Event' })
  await expect(panel.getByText(sent.event_id).first()).toBeVisible()
  await expect(panel.getByText('Accepted')).toBeVisible()
  await expect(panel.getByText('Direct API')).toBeVisible()
  await expect(panel.locator('[aria-busy="true"]')).toBeVisible()
  await expect(panel.getByRole('tabpanel')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  release()
  await expect(panel.getByRole('tabpanel')).toBeVisible()
  await expect(panel.locator('[aria-busy="true"]')).toHaveCount(0)
})

test('a request of several says whose it is, and a time what it is here', async ({ browser, house }) => {
  const response = await fetch(`${house.mesh.ingestUrl}/v1/events/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${house.mesh.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(
      [1, 2].map((n) => ({ event_type: 'several.items', payload: { n }, idempotency_key: `several-${n}` })),
    ),
  })
  const { request_id: id } = (await response.json()) as { request_id: string }
  const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' })
  const page = await context.newPage()
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await open(page, house, id)
  await expect(page.locator('#content').getByText('Direct API').first()).toBeVisible()
  await expect(page.locator('#content dl').getByRole('link')).toHaveAttribute('href', /\/keys\//)
  const time = page.locator('#content dl time').first()
  await time.hover()
  await expect(time).toHaveAttribute('title', /UTC · .* GMT\+9 · /)
  for (const width of [1_440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  }
  await context.close()
})

/** Its page, as soon as the index has it. */
async function open(page: Page, house: House, id: string): Promise<void> {
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events/${id}`)
    await expect(page.getByText(id).first()).toBeVisible({ timeout: 1_000 })
    await expect(page.getByText('No event')).toHaveCount(0)
  }).toPass({ timeout: 45_000 })
}
