import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keys } from '@eventmesh/db'
import type { Page } from '@playwright/test'
import { expect, type House, send, signIn, test } from './fixtures.ts'
import { type Organization, organization } from './organization.ts'

// The Big List of Naughty Strings (packages/envelope/fixtures/corpora/SOURCES.md) wherever a sender or a person can put it.
const fixtures = join(import.meta.dirname, '../../../packages/envelope/fixtures/corpora')
const strings: readonly string[] = JSON.parse(readFileSync(join(fixtures, 'blns/blns.json'), 'utf8'))
const script = '<script>alert(123)</script>'
const elements = 'img, iframe, object, embed, audio, video, marquee, base, input[autofocus], [onerror], [onload]'

test('shows naughty strings as text, in payloads, types, idempotency keys, names of keys and the search', async ({
  page,
  house,
}) => {
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  const own = await organization(house, 'naughty')
  const made = await keys.create(house.db, { tenantId: own.tenantId, name: 'sender', mode: 'live' })
  if (!made.ok) throw new Error(made.detail)
  await signIn(page, house, own.ownerEmail, `/${own.slug}/keys`)
  const go = (path: string) => page.goto(`${house.mesh.consoleUrl}/${own.slug}${path}`)

  const named = await nameKeys(house, own)
  await go('/keys')
  await expect(page.getByRole('link', { name: script }).first()).toBeVisible()
  expect(named).toBeGreaterThan(200)
  await isInert(page)
  await go('/audit')
  await expect(page.getByRole('row').nth(20)).toBeVisible()
  await isInert(page)

  const payload = { values: strings, names: Object.fromEntries(strings.map((text, n) => [`${n} ${text}`, n])) }
  const sent = await send(house, { event_type: 'naughty.payload', payload }, made.secret)
  expect(sent.status).toBe(202)
  await showsAt(page, () => go(`/events/${sent.request_id}`))
  await expect(page.getByRole('tabpanel')).toContainText(script)
  await isInert(page)
  for (const part of ['Envelope', 'cURL']) {
    await page.getByRole('tab', { name: part }).click()
    await expect(page.getByRole('tabpanel')).toContainText('alert(123)')
    await isInert(page)
  }

  const ids = strings.filter((text) => /^[\x21-\x2b\x2d-\x7e]{1,255}$/.test(text))
  const items = [...new Set(ids)].map((id) => ({ event_type: 'naughty.key', idempotency_key: id, payload: {} }))
  expect(await sendBatch(house, made.secret, items)).toBe(202)
  await showsAt(page, () => go('/events?type=naughty.key&cols=idem'))
  await expect(page.locator('tr[data-event-row]')).toHaveCount(100)
  await isInert(page)

  const refused = await send(
    house,
    { event_type: strings.find((text) => text.includes('<svg')), payload: {} },
    made.secret,
  )
  expect(refused.status).toBe(422)
  await showsAt(page, () => go(`/events/${refused.request_id}`))
  await page.getByRole('tab', { name: 'Kept body, redacted' }).click()
  await expect(page.getByRole('tabpanel')).toContainText('svg')
  await isInert(page)

  await go(`/events?q=${encodeURIComponent(strings.find((text) => text.startsWith('<img')) ?? '')}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await isInert(page)
  expect(dialogs).toEqual([])
  // What stood there would be elements if a page took it for any; asked where no policy speaks of their handlers.
  const blank = await page.context().newPage()
  const count = ([text, of]: readonly [string, string]) =>
    new DOMParser().parseFromString(text, 'text/html').querySelectorAll(`${of}, script`).length
  expect(await blank.evaluate(count, [strings.join('\n'), elements] as const)).toBeGreaterThan(50)
})

/** No part of a page's main is one of these by itself, and its scripts come with the page's own mark. */
async function isInert(page: Page): Promise<void> {
  await expect(page).toHaveTitle(/ · EventMesh$/)
  expect(await page.locator(`main :is(${elements})`).count()).toBe(0)
  expect(await page.locator('main script:not([nonce])').count()).toBe(0)
}

/** A row is in the index soon after its answer. */
async function showsAt(page: Page, go: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    await go()
    await expect(page.getByRole('tabpanel').or(page.locator('tr[data-event-row]')).first()).toBeVisible({
      timeout: 2_000,
    })
  }).toPass()
}

/** Keys by all the names that may be one; how many. */
async function nameKeys({ db }: House, { tenantId }: Organization): Promise<number> {
  let named = 0
  for (const name of strings) {
    const made = await keys.create(db, { tenantId, name, mode: 'test' })
    if (made.ok) named += 1
  }
  return named
}

async function sendBatch({ mesh }: House, key: string, items: readonly object[]): Promise<number> {
  const answer = await fetch(`${mesh.ingestUrl}/v1/events/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(items),
  })
  await answer.arrayBuffer()
  return answer.status
}
