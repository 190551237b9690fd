import type { Page } from '@playwright/test'
import { query } from '../harness/records.ts'
import { violations } from './axe.ts'
import { expect, type House, signIn, test, whileLocked } from './fixtures.ts'
import { browserOf, organization } from './organization.ts'

const requestId = '01a21479-cbff-7159-8df3-0dc87adc3ff1'

const title = (page: Page) => page.getByRole('heading', { level: 1 })

test('a search that cannot be answered keeps the search and its filters', async ({ page, house }) => {
  test.setTimeout(60_000)
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await whileLocked(house, 'event_index', async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=type:slow.*&outcome=rejected`)
    await expect(page.getByRole('alert').filter({ hasText: 'The events could not be loaded' })).toBeVisible()
    await expect(page.getByRole('combobox', { name: /^Search by id/ })).toHaveValue('type:slow.*')
    await expect(page.getByRole('button', { name: /Outcome/ }).first()).toBeVisible()
    expect(await violations(page)).toEqual([])
  })
})

test('a search of the palette that cannot be answered shows its request', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await whileLocked(house, 'api_key', async () => {
    await page.keyboard.press('ControlOrMeta+k')
    await page.getByRole('dialog').getByRole('combobox').fill('nothing of that name')
    const status = page.getByRole('dialog').getByRole('status').filter({ hasText: 'could not be searched' })
    await expect(status).toContainText(/Request [0-9a-f-]{36}/, { timeout: 15_000 })
    expect(await violations(page)).toEqual([])
  })
})

test('whoever lacks a right is told which role has it and who can give it', async ({ browser, house }) => {
  const { slug, ownerEmail, member } = await organization(house, 'lacking')
  const viewer = await member('vic', 'viewer')
  const { page, context } = await browserOf(browser, house, viewer, `/${slug}/audit`)
  await expect(title(page)).toHaveText('Audit log')
  await expect(page.getByText('You need the admin role to see the audit log.')).toBeVisible()
  await expect(page.getByText(`Owners: ${ownerEmail}`)).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.goto(`${house.mesh.consoleUrl}/${slug}/sources/new`)
  await expect(page.getByText('You need the developer role to add a source.')).toBeVisible()
  await context.close()
})

test('a suspended organization says since when, and leads to what was refused', async ({ browser, house }) => {
  const { slug, tenantId, ownerEmail } = await organization(house, 'suspended')
  await query(house.mesh.dataDir, `update tenant set suspended_at = '2026-11-02T10:00:00Z' where id = '${tenantId}'`)
  const { page, context } = await browserOf(browser, house, ownerEmail, `/${slug}/keys`)
  await expect(page.getByText('Suspended by the operator on Nov 2, 2026.')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Show refused events' }).click()
  await page.waitForURL(`**/${slug}/events?*`)
  expect(new URL(page.url()).searchParams.get('reason')).toBe('tenant_suspended')
  await context.close()
})

test('a list shows the request that failed, and starts over where its place is lost', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  for (let n = 0; n < 101; n += 1) await one(house, n)
  const list = `${house.mesh.consoleUrl}/${house.slug}/events?q=type:states.many`
  let state: 'away' | 'lost' | 'there' = 'away'
  await page.route('**/api/*/events?*cursor=*', async (route) => {
    if (state === 'there') return await route.continue()
    const code = state === 'lost' ? 'cursor_mismatch' : 'unavailable'
    const status = state === 'lost' ? 400 : 503
    await route.fulfill({ status, headers: { 'x-request-id': requestId }, json: { status, code } })
  })
  await expect(async () => {
    await page.goto(list)
    await expect(page.locator('tr[data-event-row]')).toHaveCount(100, { timeout: 2_000 })
  }).toPass({ timeout: 30_000 })
  await expect(async () => {
    await page.mouse.wheel(0, 100_000)
    const fault = page.getByRole('alert').filter({ hasText: 'The events could not be loaded' })
    await expect(fault).toContainText(`Request ${requestId}`, { timeout: 1_000 })
  }).toPass({ timeout: 30_000 })
  state = 'lost'
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('The place in this list is lost; it starts over.')).toBeVisible()
  state = 'there'
  await page.getByRole('button', { name: 'Show the newest' }).click()
  // It starts at the top again, whenever the page gets to it.
  await expect(async () => {
    await page.mouse.wheel(0, 100_000)
    await expect(page.locator('tr[data-event-row]')).toHaveCount(101, { timeout: 1_000 })
  }).toPass({ timeout: 30_000 })
})

test('a refused action shows the request that was refused', async ({ browser, house }) => {
  const { slug, tenantId, ownerEmail, member } = await organization(house, 'refusing')
  const admin = await member('adam', 'admin')
  const { page, context } = await browserOf(browser, house, ownerEmail, `/${slug}/members`)
  await page
    .getByRole('combobox', { name: `Role of ${admin}` })
    .first()
    .click()
  // Somebody else was faster.
  await query(
    house.mesh.dataDir,
    `update membership set role = 'viewer' where tenant_id = '${tenantId}' and role = 'admin'`,
  )
  await page.getByRole('option', { name: /Developer/ }).click()
  const alert = page.getByRole('alert').filter({ hasText: 'Request' })
  await expect(alert.getByRole('button', { name: 'Copy request id' }).first()).toBeVisible()
  await context.close()
})

async function one({ mesh }: House, n: number): Promise<void> {
  const response = await fetch(`${mesh.ingestUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${mesh.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ event_type: 'states.many', payload: { n }, idempotency_key: `states-${n}` }),
  })
  expect(response.status).toBe(202)
}
