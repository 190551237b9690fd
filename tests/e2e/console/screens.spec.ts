import { keys } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { violations } from './axe.ts'
import { copied, expect, owner, send, signIn, test } from './fixtures.ts'

const screens: readonly (readonly [name: string, path: string])[] = [
  ['overview', ''],
  ['events', '/events'],
  ['events, none found', '/events?q=type:nobody.sends.this'],
  ['sources', '/sources'],
  ['sources, none found', '/sources?q=zzzz'],
  ['adding a source: provider', '/sources/new'],
  ['adding a source: connect', '/sources/new?provider=aws-sns'],
  ['keys', '/keys'],
  ['keys, none found', '/keys?q=zzzz'],
  ['members', '/members'],
  ['members, none found', '/members?q=zzzz'],
  ['invites', '/members?tab=invites'],
  ['audit', '/audit'],
  ['audit, none found', '/audit?target=zzzz'],
  ['account', '/settings/account'],
  ['settings: general', '/settings/general'],
  ['settings: ingestion', '/settings/ingestion'],
  ['settings: security', '/settings/security'],
  ['settings: export', '/settings/export'],
  ['get started', '/get-started'],
]

test.beforeAll(async ({ house }) => {
  for (const n of [1, 2, 3])
    await send(house, { event_type: 'screens.seen', payload: { n }, idempotency_key: `screens-${n}` })
  await send(house, { event_type: 'screens.seen', payload: { n: 1 }, idempotency_key: 'screens-1' })
  await send(house, { nonsense: true })
})

for (const [name, path] of screens) {
  test(`${name} has nothing that axe finds, at 1440 and at 390, and scrolls one way`, async ({ page, house }) => {
    for (const size of [
      { width: 1_440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size)
      await signIn(page, house, undefined, `/${house.slug}${path}`)
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${size.width} px`).toBeLessThanOrEqual(
        size.width,
      )
    }
  })
}

test('an event’s page and panel have nothing that axe finds', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const cell = page.locator('tr[data-event-row]').first().locator('td').nth(1)
  const other = page.context().waitForEvent('page')
  await cell.click({ modifiers: ['ControlOrMeta'] })
  await (await other).waitForURL('**/events/*')
  await (await other).close()
  await cell.click()
  await expect(page.getByRole('complementary', { name: 'Event' }).getByRole('tabpanel')).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Open in a page' }).click()
  await page.waitForURL('**/events/*')
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
})

test('dialogs have nothing that axe finds', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  await page.getByRole('button', { name: 'Create key…' }).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('combobox', { name: 'Expires' }).click()
  await expect(page.getByRole('option', { name: /30 days/ })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events`)
  await page.getByRole('button', { name: 'Send test event…' }).click()
  await page.getByRole('button', { name: 'Send event' }).click()
  await expect(page.getByText('Answer 202')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await violations(page)).toEqual([])
  expect(await page.getByRole('dialog').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
})

test('what opens over a page or out of the rail has nothing that axe finds', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const opens = async (opener: 'button' | 'combobox', name: string | RegExp, role: 'menu' | 'listbox') => {
    await page.getByRole(opener, { name }).locator('visible=true').first().click()
    await expect(page.getByRole(role)).toBeVisible()
    expect(await violations(page), `${name}`).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole(role)).toHaveCount(0)
  }
  await opens('button', 'Outcome', 'menu')
  await opens('combobox', 'Time', 'listbox')
  await opens('button', 'Columns', 'menu')
  await opens('button', `Account ${owner}`, 'menu')
  await opens('button', /^Organization/, 'menu')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Open navigation' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await opens('button', `Account ${owner}`, 'menu')
  await opens('button', /^Organization/, 'menu')
})

test('a chart as a table is reached by the keyboard, and has nothing that axe finds', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}?range=24h`)
  await page.getByRole('button', { name: 'View as table' }).click()
  const table = page.getByRole('region', { name: 'Events by outcome' })
  await page.getByRole('button', { name: 'View as chart' }).focus()
  await page.keyboard.press('Tab')
  await expect(table).toBeFocused()
  expect(await violations(page)).toEqual([])
})

test('columns that a width hides leave no room behind, also under a row that names the day', async ({
  page,
  house,
}) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const row = page.locator('tr[data-event-row]').first()
  await expect(row).toBeVisible()
  await expect(page.getByRole('rowheader').first()).toContainText(/^[A-Z][a-z]{2} \d{1,2}, \d{4}$/)
  for (const width of [1_440, 1_280, 1_100, 900]) {
    await page.setViewportSize({ width, height: 900 })
    const { gap, type } = await row.evaluate((tr) => {
      const shown = [...tr.children].filter((cell) => cell.getClientRects().length > 0)
      const end = shown.at(-1)?.getBoundingClientRect().right ?? 0
      return {
        gap: Math.abs(end - (tr.closest('table')?.getBoundingClientRect().right ?? 0)),
        type: shown[3]?.getBoundingClientRect().width ?? 0,
      }
    })
    expect(gap, `${width} px`).toBeLessThan(2)
    expect(type, `${width} px`).toBeGreaterThanOrEqual(150)
  }
})

test('the public pages have nothing that axe finds', async ({ page, house }) => {
  for (const path of ['/sign-in', '/setup/unknown', '/reset/unknown', '/invite/unknown', '/no/such/place']) {
    await page.goto(house.mesh.consoleUrl + path)
    await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
    expect(await violations(page), path).toEqual([])
  }
})

test('finds an event by each of its ids and by its payload, and keeps the view in the address', async ({
  page,
  house,
}) => {
  const key = `find-${crypto.randomUUID()}`
  const sent = await send(house, { event_type: 'found.me', payload: { order_id: 8842 }, idempotency_key: key })
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const search = page.getByRole('combobox', { name: /^Search by id/ })
  test.setTimeout(120_000)
  for (const query of [sent.event_id, sent.request_id, key, 'type:found.*', 'payload.order_id:8842', `idem:${key}`]) {
    await expect(async () => {
      await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events`)
      await search.fill(query)
      await search.press('Enter')
      await page.waitForURL((url) => url.searchParams.get('q') === query, { timeout: 10_000 })
      await expect(page.locator('tr[data-event-row]').first()).toContainText(sent.event_id, { timeout: 5_000 })
    }).toPass()
    await page.reload()
    await expect(page.locator('tr[data-event-row]').first()).toContainText(sent.event_id)
  }
  await page.goBack()

  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events`)
  await search.pressSequentially('ty')
  await expect(page.getByRole('option', { name: 'type:' })).toBeVisible()
  await search.press('ArrowDown')
  await search.press('Tab')
  await search.pressSequentially('found')
  const value = page.getByRole('option', { name: 'found.me' })
  await expect(value).toBeVisible()
  await expect(search).not.toHaveAttribute('aria-activedescendant')
  await search.press('ArrowDown')
  await expect(search).toHaveAttribute('aria-activedescendant', (await value.getAttribute('id')) ?? '')
  expect(await violations(page)).toEqual([])
  await search.press('Escape')
  await expect(value).toHaveCount(0)
  await search.press('ArrowDown')
  await search.press('Enter')
  await expect(search).toHaveValue('type:found.me ')
  await search.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('q') === 'type:found.me')
})

test('says of an unknown id that nothing is there, under one title', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events/7c1e9b52-0d4f-8a31-9b6e-2f5d8c40a7e1`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Event')
  await expect(page.getByText('No event 7c1e9b52-0d4f-8a31-9b6e-2f5d8c40a7e1 in ')).toBeVisible()
})

test('has the actions of an event at hand on a phone', async ({ page, house }) => {
  const sent = await send(house, { event_type: 'phone.seen', payload: {} })
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page, house)
  const copy = page.getByRole('button', { name: 'Copy', exact: true })
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events/${sent.event_id}`)
    await expect(copy).toBeVisible({ timeout: 5_000 })
  }).toPass()
  const box = await copy.boundingBox()
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeGreaterThan(844 - 60)
  expect(
    await copied(page, async () => {
      await copy.click()
      await page.getByRole('menuitem', { name: 'Id' }).click()
    }),
  ).toBe(sent.event_id)

  const requestId = '01a21479-cbff-7159-8df3-0dc87adc3ff1'
  await page.route('**/body?part=payload&download', (route) =>
    route.fulfill({ status: 503, headers: { 'x-request-id': requestId } }),
  )
  await copy.click()
  await page.getByRole('menuitem', { name: 'Payload' }).click()
  const status = page.getByRole('status').filter({ hasText: 'Nothing was copied.', visible: true })
  await expect(status).toContainText(`Request ${requestId}`)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await violations(page)).toEqual([])
})

test('says on a phone when the overview was drawn, and lets it rest', async ({ page, house }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page, house, undefined, `/${house.slug}`)
  await expect(page.getByText(/^Updated \d\d:\d\d:\d\d/).filter({ visible: true })).toHaveCount(1)
  await page.getByRole('combobox', { name: 'Refresh every 10 s' }).click()
  await page.getByRole('option', { name: 'Do not refresh' }).click()
  await expect(page).toHaveURL(/refresh=off/)
  await expect(page.getByRole('combobox', { name: 'Refresh every 10 s' })).toHaveText('Do not refresh')
})

test('keeps the old results under a search that it does not understand', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  await expect(page.locator('tr[data-event-row]').first()).toBeVisible()
  const rows = await page.locator('tr[data-event-row]').count()
  await page.getByRole('combobox', { name: /^Search by id/ }).fill('status:abc')
  await page.getByRole('combobox', { name: /^Search by id/ }).press('Enter')
  await expect(page.getByText(/“abc” is not understood here/)).toBeVisible()
  expect(await page.locator('tr[data-event-row]').count()).toBe(rows)
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events?q=status:abc`)
  await expect(page.getByRole('heading', { name: /“abc” is not understood here/ })).toBeVisible()
})

test('is worked by the keyboard alone', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  await page.keyboard.press('j')
  await expect(page.getByRole('complementary', { name: 'Event' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: 'Event' })).toHaveCount(0)
  await page.keyboard.press('/')
  await expect(page.getByRole('combobox', { name: /^Search by id/ })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('combobox', { name: /^Search by id/ })).not.toBeFocused()
  await page.keyboard.press('g')
  await page.keyboard.press('k')
  await page.waitForURL('**/keys')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('API keys')
  await page.keyboard.press('n')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('Shift+?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})

test('shows hostile text as text', async ({ page, house }) => {
  const hostile = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
  const sent = await send(house, { event_type: 'hostile.text', payload: { text: hostile, [hostile]: hostile } })
  await signIn(page, house)
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events/${sent.request_id}`)
    await expect(page.getByRole('tabpanel')).toContainText('onerror', { timeout: 5_000 })
  }).toPass()
  const name = '<img src=x onerror="document.title=\'owned\'">'
  const made = await keys.create(house.db, { tenantId: house.mesh.tenantId as TenantId, name, mode: 'test' })
  if (!made.ok) throw new Error(made.detail)
  const refused = await send(house, { event_type: hostile, payload: {} })
  const isInert = async () => {
    expect(await page.title()).not.toContain('owned')
    expect(await page.locator('img').count()).toBe(0)
  }
  await isInert()
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/keys`)
  await expect(page.getByRole('link', { name })).toBeVisible()
  await isInert()
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events/${refused.request_id}`)
    await page.getByRole('tab', { name: 'Kept body, redacted' }).click({ timeout: 1_000 })
    await expect(page.getByRole('tabpanel')).toContainText('onerror', { timeout: 5_000 })
  }).toPass()
  await isInert()
  // What stands there would be an element if it were taken for one.
  const images = (text: string) => new DOMParser().parseFromString(text, 'text/html').images.length
  expect(await page.evaluate(images, name.replace('onerror', 'alt'))).toBe(1)
})

test('leads from a value of the payload to its like, and keeps the open part in the address', async ({
  page,
  house,
}) => {
  const sent = await send(house, { event_type: 'alike.me', payload: { lines: [{ sku: 'a "quoted" MUG' }], n: 12 } })
  await signIn(page, house)
  await expect(async () => {
    await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events/${sent.event_id}`)
    await expect(page.getByRole('tabpanel')).toContainText('MUG', { timeout: 5_000 })
  }).toPass()
  await page.keyboard.press('2')
  await expect(page).toHaveURL(/tab=envelope/)
  await page.reload()
  await expect(page.getByRole('tab', { name: 'Envelope' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('1')
  const path = await copied(page, () => page.getByRole('button', { name: '"sku"' }).click())
  expect(path).toBe('payload.lines[].sku')
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  const envelope = await copied(page, () => page.getByRole('menuitem', { name: 'Envelope' }).click())
  expect(envelope).toContain(`"event_id":"${sent.event_id}"`)
  await page.getByRole('link', { name: '"a \\"quoted\\" MUG"' }).click()
  await expect(page).toHaveURL(/q=payload/)
  await expect(page.locator('tr[data-event-row]')).toHaveCount(1)
  await expect(page.locator('tr[data-event-row]')).toContainText(sent.event_id)
})

test('has filters and search in sheets of their own on a phone, and a row for each day', async ({ page, house }) => {
  const { event_id } = await send(house, { event_type: 'phone.filters', payload: {} })
  const list = `${house.mesh.consoleUrl}/${house.slug}/events`
  await page.setViewportSize({ width: 390, height: 844 })
  await signIn(page, house, undefined, `/${house.slug}/keys`)
  const rows = page.locator('li[data-event-row]')
  await expect(async () => {
    await page.goto(`${list}?q=type:phone.filters`)
    await expect(rows.first()).toContainText(event_id, { timeout: 2_000 })
  }).toPass()
  const opener = page.getByRole('button', { name: /^Filters/ })
  await expect(opener).toHaveText('Filters')
  await opener.click()
  const sheet = page.getByRole('dialog', { name: 'Filters' })
  await expect(sheet.getByRole('combobox', { name: 'Time' })).toBeVisible()
  expect(await sheet.boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 })
  expect(await violations(page)).toEqual([])
  await sheet.getByRole('button', { name: 'Outcome' }).click()
  const before = await page.evaluate(() => window.history.length)
  await expect(page.getByRole('menuitemcheckbox', { name: 'Rejected' })).toBeVisible()
  await page.evaluate(async () => {
    const items = [...document.querySelectorAll<HTMLElement>('[role="menuitemcheckbox"]')]
    for (const name of ['Duplicate', 'Rejected', 'Duplicate']) {
      items.find(({ textContent }) => textContent?.startsWith(name))?.click()
      await new Promise(requestAnimationFrame)
    }
  })
  await page.keyboard.press('Escape')
  await sheet.getByRole('button', { name: 'Show events' }).click()
  await expect(page).toHaveURL(/outcome=rejected$/)
  // Choices that follow each other are one step back.
  expect(await page.evaluate(() => window.history.length)).toBe(before + 1)
  await expect(opener).toHaveText('Filters (1)')
  await expect(page.getByRole('list', { name: 'Active filters' })).toContainText('Outcome: Rejected')
  await page.getByRole('link', { name: 'Clear filters' }).click()
  await expect(rows.first()).toBeVisible()

  const search = page.getByRole('combobox', { name: /^Search by id/ })
  await search.click()
  expect(await page.getByRole('form', { name: 'Search' }).boundingBox()).toMatchObject({ width: 390, height: 844 })
  await expect(page.getByRole('option', { name: /^payload\./ })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('listbox')).toHaveCount(0)
  await search.fill('type:phone.fil')
  await page.getByRole('option', { name: 'phone.filters' }).click()
  await search.press('Enter')
  await expect(page).toHaveURL(/q=type%3Aphone.filters$/)
  expect((await page.getByRole('form', { name: 'Search' }).boundingBox())?.height).toBeLessThan(60)

  const found = await page.request.get(`${house.mesh.consoleUrl}/api/${house.slug}/events?q=type:phone.filters`)
  const [row] = ((await found.json()) as { readonly rows: readonly object[] }).rows
  const days = ['01', '02'].map((date, n) => ({
    ...row,
    requestId: `019b7a1e-0000-7000-8000-0000000000${date}`,
    receivedAt: `2026-01-${date}T12:00:00.000Z`,
    seq: n + 1,
  }))
  const body = days.map((each) => `event: envelope\nid: ${each.seq}\ndata: ${JSON.stringify(each)}\n\n`).join('')
  await page.route('**/events/stream*', (route) => route.fulfill({ contentType: 'text/event-stream', body }))
  await page.goto(`${list}?live=1`)
  for (const day of [/^Jan 1, 2026$/, /^Jan 2, 2026$/])
    await expect(page.getByRole('listitem').filter({ hasText: day })).toBeVisible()
  await expect(rows).toHaveCount(2)
})

test('resizes the panel by its separator and remembers it', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  const column = (name: string) => page.getByRole('columnheader', { name, exact: true })
  await page.setViewportSize({ width: 1_280, height: 900 })
  await expect(column('Source')).toBeVisible()
  await expect(column('API key')).toBeVisible()
  await page.setViewportSize({ width: 1_440, height: 900 })
  await page.locator('tr[data-event-row]').first().locator('td').nth(2).click()
  await expect(column('API key')).toHaveCount(0)
  await expect(column('Source')).toBeVisible()
  const separator = page.getByRole('separator', { name: 'Width of the event panel' })
  await separator.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(separator).toHaveAttribute('aria-valuenow', '432')
  const edge = await separator.boundingBox()
  await page.mouse.move((edge?.x ?? 0) + 3, 400)
  await page.mouse.down()
  await page.mouse.move((edge?.x ?? 0) - 61, 400, { steps: 4 })
  await page.mouse.up()
  await expect(separator).toHaveAttribute('aria-valuenow', '496')
  // The type and the whole id keep their room.
  await expect(column('Source')).toBeHidden()
  await page.reload()
  await expect(separator).toHaveAttribute('aria-valuenow', '496')
})

test('takes a time range of one’s own, and says where it is none', async ({ page, house }) => {
  await signIn(page, house, undefined, `/${house.slug}/events`)
  await page.getByRole('combobox', { name: 'Time' }).click()
  await page.getByRole('option', { name: 'Custom…' }).click()
  await page.getByLabel('From').fill('yesterday')
  await page.getByRole('button', { name: 'Show range' }).click()
  await expect(page.getByText(/^Write it as/)).toBeVisible()
  await page.getByLabel('From').fill('2026-01-02 03:04')
  await page.getByLabel('To').fill('2026-01-02 05:00:30')
  await page.getByRole('button', { name: 'Show range' }).click()
  await expect(page).toHaveURL(/from=2026-01-02T03%3A04%3A00.000Z&to=2026-01-02T05%3A00%3A30.000Z/)
  await expect(page.getByRole('heading', { name: 'No events match these filters' })).toBeVisible()
  await expect(page.getByText('Newer matches exist after this range')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('t')
  await expect(page.getByRole('option', { name: 'Jan 2, 03:04 – Jan 2, 05:00' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Widen to 24 hours' }).click()
  await expect(page).toHaveURL(/from=2026-01-01T05%3A00%3A30.000Z&to=2026-01-02T05%3A00%3A30.000Z/)
  await expect(page.getByRole('link', { name: 'Widen to 24 hours' })).toHaveCount(0)
  await page.getByRole('link', { name: 'Search 30 days' }).click()
  await expect(page.locator('tr[data-event-row]').first()).toBeVisible()

  await page.goto(`${house.mesh.consoleUrl}/${house.slug}?from=2026-01-02T03:04:00Z&to=2026-01-02T05:00:30Z`)
  const range = page.getByRole('combobox', { name: 'Range' })
  await expect(range).toHaveText('Jan 2, 03:04 – Jan 2, 05:00')
  await range.click()
  await page.getByRole('option', { name: 'Custom…' }).click()
  await expect(page.getByLabel('From')).toHaveValue(/^2026-01-02 03:04/)
})

test('has no strip of parts for a duplicate, of which no part is kept', async ({ page, house }) => {
  const event = { event_type: 'screens.twice', idempotency_key: 'screens-twice', payload: {} }
  await send(house, event)
  const again = await send(house, event)
  await signIn(page, house, undefined, `/${house.slug}/events/${again.request_id}`)
  await expect(async () => {
    await page.reload()
    await expect(page.getByText('Duplicate', { exact: true })).toBeVisible({ timeout: 1_000 })
  }).toPass({ timeout: 20_000 })
  await expect(page.getByRole('tablist')).toHaveCount(0)
})
