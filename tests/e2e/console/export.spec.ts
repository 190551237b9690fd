import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { until } from '../harness/processes.ts'
import { copied, expect, type House, join, send, signIn, test } from './fixtures.ts'

test('exports what the filter finds, as CSV in the zone of the screen, byte for byte', async ({ page, house }) => {
  const formula = '=HYPERLINK("http://x")'
  const sent: Awaited<ReturnType<typeof send>>[] = []
  for (const n of [1, 2, 3]) {
    sent.push(
      await send(house, { event_type: 'export.csv', payload: { n }, idempotency_key: `${formula.slice(0, 10)}-${n}` }),
    )
  }
  await send(house, { event_type: 'export.other', payload: {} })
  await signIn(page, house, undefined, `/${house.slug}/events?q=type:export.csv`)
  await shownAfterReload(page, 3)

  const api = `/api/${house.slug}`
  const listed = (await (await page.request.get(`${house.mesh.consoleUrl}${api}/events?q=type:export.csv`)).json()) as {
    readonly rows: readonly Readonly<
      Record<string, unknown> & { receivedAt: string; key: { id: string; name: string } }
    >[]
  }
  for (const zone of ['UTC', 'Asia/Kathmandu']) {
    await page
      .context()
      .addCookies([{ name: 'em_zone', value: encodeURIComponent(`local:${zone}`), url: house.mesh.consoleUrl }])
    await page.reload()
    const file = await download(page, 'CSV')
    const expected = listed.rows.map((row, n) => {
      const { request_id, event_id } = sent[2 - n] ?? {}
      const at = inZone(row.receivedAt, zone)
      const occurred = inZone(String(row.occurredAt), zone)
      const key = `'${formula.slice(0, 10)}-${3 - n}`
      return `${at},accepted,,export.csv,${event_id},${request_id},0,1,native-test,${row.key.name},${row.key.id},test,${key},${occurred},${row.size},,${row.latencyMs},${row.ip},,\r\n`
    })
    expect(file).toBe(`${head}\r\n${expected.join('')}`)
  }
})

test('exports chosen rows as NDJSON, and copies their ids', async ({ page, house }) => {
  for (const n of [1, 2, 3, 4]) await send(house, { event_type: 'export.chosen', payload: { n } })
  await signIn(page, house, undefined, `/${house.slug}/events?q=type:export.chosen`)
  await shownAfterReload(page, 4)
  const rows = page.locator('tr[data-event-row]')
  await rows.nth(1).getByRole('link').focus()
  await page.keyboard.press('x')
  await rows
    .nth(3)
    .locator('td')
    .nth(3)
    .click({ modifiers: ['Shift'] })
  await expect(page.getByText('3 selected')).toBeVisible()
  const ids = (await copied(page, () => page.getByRole('button', { name: 'Copy ids' }).click())).split('\n')
  expect(ids).toHaveLength(3)

  const file = await download(page, 'NDJSON')
  const lines = file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event_id: string })
  expect(lines.map(({ event_id }) => event_id)).toEqual(ids)
  await expect(rows.nth(1)).toContainText(ids[0] ?? '')
})

test('holds the newest 10,000 and names the command for the rest', async ({ page, house }) => {
  test.setTimeout(180_000)
  for (let batch = 0; batch < 11; batch += 1) await sendBatch(house, batch * 1_000)
  await signIn(page, house, undefined, `/${house.slug}/events?type=export.many`)
  const total = async () =>
    (
      (await (
        await page.request.get(`${house.mesh.consoleUrl}/api/${house.slug}/events/facets?type=export.many`)
      ).json()) as { readonly total: number }
    ).total
  await expect.poll(total, { timeout: 60_000 }).toBe(11_000)
  await page.reload()
  await page.getByRole('button', { name: 'Export…' }).click()
  await expect(page.getByRole('dialog')).toContainText('at most the newest 10,000')
  await expect(page.getByRole('dialog')).toContainText("event list --tenant acme --q 'type:export.many'")
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const file = await download(page, 'CSV')
  const lines = file.trimEnd().split('\r\n')
  expect(lines).toHaveLength(10_001)
  expect(new Set(lines.slice(1).map((line) => line.split(',').slice(5, 7).join('.'))).size).toBe(10_000)
})

test('is not for viewers, in the page or behind it', async ({ page, house }) => {
  await join(page, house, 'export-viewer@example.com', 'viewer')
  await page.goto(`${house.mesh.consoleUrl}/${house.slug}/events`)
  await expect(page.getByRole('button', { name: 'Export…' })).toHaveAttribute('aria-disabled', 'true')
  const answer = await page.request.get(`${house.mesh.consoleUrl}/api/${house.slug}/export`)
  expect(answer.status()).toBe(403)
})

const head =
  'received_at,outcome,reason,event_type,event_id,request_id,item,items,source,key,key_id,mode,idempotency_key,occurred_at,size,status,latency_ms,ip,trace_id,diagnosis'

/** Both zones of the test stand still all year. */
function inZone(at: string, zone: string): string {
  if (zone === 'UTC') return at
  const minutes = 5 * 60 + 45
  return `${new Date(new Date(at).getTime() + minutes * 60_000).toISOString().slice(0, -1)}+05:45`
}

async function shownAfterReload(page: Page, n: number): Promise<void> {
  await expect(async () => {
    await page.reload()
    await expect(page.locator('tr[data-event-row]')).toHaveCount(n, { timeout: 5_000 })
  }).toPass()
}

async function download(page: Page, format: 'CSV' | 'NDJSON'): Promise<string> {
  await page.getByRole('button', { name: 'Export…' }).last().click()
  const dialog = page.getByRole('dialog', { name: 'Export events' })
  await dialog.getByRole('radio', { name: format }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download' }).click(),
  ])
  return readFileSync(await file.path(), 'utf8')
}

/** A thousand at once, as soon as the organization's rate allows it. */
async function sendBatch(house: House, from: number): Promise<void> {
  const body = JSON.stringify(
    Array.from({ length: 1_000 }, (_, n) => ({
      event_type: 'export.many',
      idempotency_key: `many-${from + n}`,
      payload: { n: from + n },
    })),
  )
  await until('a batch to be taken', 30_000, async () => {
    const response = await fetch(`${house.mesh.ingestUrl}/v1/events/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${house.mesh.apiKey}`, 'content-type': 'application/json' },
      body,
    })
    if (response.status === 429) return false
    expect(response.status).toBe(202)
    return true
  })
}
