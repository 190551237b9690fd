import { type KeyId, newRequestId, newUuid, type SourceId, type TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Database } from './connect.ts'
import { otherTenant, sampleEvent, sampleRejection, sampleTenant } from './event-index-sample.ts'
import { events } from './events.ts'
import { indexUpkeep } from './index-upkeep.ts'
import { indexWriter } from './index-writer.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let test: TestDatabase
let engine: Database
let console_: Database
let operator: Database

const now = Date.now()
const keyId = newUuid() as KeyId
const batchRequest = newRequestId(now - 3_000)
const order = sampleEvent({
  key: 'order-1',
  receivedAtMs: now - 1_000,
  eventType: 'order.created',
  payload: '{"order_id":8842,"items":[{"sku":"MUG","n":2}],"paid":true,"note":null,"big":12345678901234567890}',
  keyId,
  latencyMs: 51,
  size: 2_000,
  ip: '10.0.0.7',
  traceId: '0af7651916cd43dd8448eb211c80319c',
})
const refund = sampleEvent({
  key: 'order-2',
  receivedAtMs: now - 2_000,
  eventType: 'order.refunded',
  payload: '{"order_id":"8842"}',
  occurredAt: new Date(now - 302_001).toISOString(),
})
const orders = sampleEvent({
  key: 'x',
  receivedAtMs: now - 2_500,
  eventType: 'orders',
  payload: '{"a":{"b.c":1},"z":"\\u0000"}',
})
const batch = [0, 1, 2].map((item) =>
  sampleEvent({
    key: `b${item}`,
    requestId: batchRequest,
    item,
    items: 3,
    receivedAtMs: now - 3_000,
    eventType: 'batch',
  }),
)
const copy = sampleEvent({ key: 'order-1', receivedAtMs: now - 500 })
const rejection = sampleRejection({
  key: 'bad',
  receivedAtMs: now - 4_000,
  eventType: 'order.bad',
  reason: 'schema_invalid',
})
const foreign = sampleEvent({ tenantId: otherTenant, key: 'order-1', receivedAtMs: now - 100 })

beforeAll(async () => {
  test = await testDatabase()
  const options = { max: 2, statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: test.urls.engine, role: 'engine' })
  console_ = connect({ ...options, url: test.urls.console, role: 'console' })
  operator = connect({ ...options, url: test.urls.migrator, role: 'migrator' })
  await indexUpkeep.roll(engine)
  await operator.sql`insert into tenant (id, slug, name) values (${otherTenant}, 'other', 'o'), (${sampleTenant}, 'sample', 's')`
  await operator.forTenant(
    sampleTenant,
    async (tx) =>
      await tx.sql`insert into api_key (tenant_id, id, name, mode, hash, last_four)
        values (${sampleTenant}, ${keyId}, 'deploy', 'live', ${Buffer.alloc(32)}, '9KdP')`,
  )
  await engine.transaction((tx) => indexWriter.write(tx, [order, refund, orders, ...batch, copy, rejection, foreign]))
})

afterAll(async () => {
  await Promise.all([engine, console_, operator].map((db) => db?.close()))
  await test?.close()
})

async function keys(q: string, db = console_, tenantId: TenantId = sampleTenant): Promise<(string | null)[]> {
  const list = await events.list(db, tenantId, { q, limit: 100 })
  if (!list.ok) throw new Error(JSON.stringify(list.faults))
  return list.events.map(({ row }) => row.idempotency_key)
}

const everything = ['order-1', 'order-2', 'x', 'b2', 'b1', 'b0', 'bad']

describe('event list', () => {
  it('lists newest first with the columns of the surface, copies left out', async () => {
    expect(await keys('')).toEqual(everything)
    const list = await events.list(console_, sampleTenant, { limit: 1, withEnvelope: true })
    expect(list).toEqual({
      ok: true,
      events: [
        {
          sourceId: null,
          envelope: order.body.envelope,
          row: {
            request_id: order.row.requestId,
            item: 0,
            outcome: 'accepted',
            reason: null,
            event_id: order.eventId,
            event_type: 'order.created',
            source: 'native',
            key_id: keyId,
            mode: 'live',
            idempotency_key: 'order-1',
            occurred_at: order.row.occurredAt,
            received_at: new Date(order.row.receivedAtMs).toISOString(),
            size: 2_000,
            diagnosis: null,
          },
        },
      ],
    })
  })

  it.each([
    [`event:${order.eventId}`, ['order-1']],
    [`request:${batchRequest}`, ['b2', 'b1', 'b0']],
    [`request:${batchRequest}.1`, ['b1']],
    ['idem:order-2,x', ['order-2', 'x']],
    ['type:order.*', ['order-1', 'order-2', 'bad']],
    ['type:order*', ['order-1', 'order-2', 'x', 'bad']],
    ['type:order.created', ['order-1']],
    ['-type:order.*', ['x', 'b2', 'b1', 'b0']],
    ['source:native', everything],
    ['source:stripe', []],
    [`key:${keyId}`, ['order-1']],
    ['key:deploy', ['order-1']],
    ['key:9KdP', ['order-1']],
    ['-key:deploy', everything.slice(1)],
    ['outcome:rejected', ['bad']],
    ['outcome:copy', ['order-1']],
    ['-outcome:accepted', ['bad']],
    ['reason:schema_invalid', ['bad']],
    ['reason:rate_limited', []],
    ['mode:live type:batch', ['b2', 'b1', 'b0']],
    ['mode:test', []],
    ['is:late', ['order-2']],
    ['size:>1.9kB', ['order-1']],
    ['size:2kB', ['order-1']],
    ['size:<2000 type:order.created', []],
    ['latency:>50ms', ['order-1']],
    ['latency:51..51', ['order-1']],
    ['latency:>=0.052s', []],
    ['status:422', ['bad']],
    ['status:400..499', ['bad']],
    ['-status:422', everything.slice(0, -1)],
    ['ip:10.0.0.7', ['order-1']],
    ['trace:0AF7651916CD43DD8448EB211C80319C', ['order-1']],
    ['order-2', ['order-2']],
    ['order.', ['order-1', 'order-2', 'bad']],
    ['native', everything],
    ['-batch', ['order-1', 'order-2', 'x', 'bad']],
    [order.eventId, ['order-1']],
    [batchRequest, ['b2', 'b1', 'b0']],
    [`${batchRequest}.2`, ['b2']],
    ['payload.order_id:8842', ['order-1', 'order-2']],
    ['payload.order_id:"8842"', ['order-2']],
    ['payload.items[].sku:MUG', ['order-1']],
    ['payload.items[].n:2 payload.paid:true payload.note:null', ['order-1']],
    ['payload.big:12345678901234567890', ['order-1']],
    ['payload.big:12345678901234567891', []],
    ['payload.order_id:1e999', []],
    ['nothing-like-this', []],
    ['"\' or true --"', []],
  ])('finds %s', async (q, expected) => {
    expect(await keys(q)).toEqual(expected)
  })

  it('finds and shows the events of a source by the name it has now, of this tenant only', async () => {
    const tenantId = newUuid() as TenantId
    const id = newUuid() as SourceId
    const add = (owner: TenantId, sourceId: SourceId, byte: number) =>
      operator.forTenant(
        owner,
        async (tx) =>
          await tx.sql`insert into source (tenant_id, id, name, provider, mode, token_hash)
            values (${owner}, ${sourceId}, 'shop', 'stripe', 'live', ${Buffer.alloc(32, byte)})`,
      )
    await operator.sql`insert into tenant (id, slug, name) values (${tenantId}, 'webhooks', 'w')`
    await add(tenantId, id, 1)
    await add(otherTenant, newUuid() as SourceId, 2)
    const native = sampleEvent({ tenantId, key: 'plain' })
    const webhook = sampleEvent({ tenantId, key: 'evt_1', receivedAtMs: now - 1_000 })
    const entries = [native, { ...webhook, row: { ...webhook.row, source: id } }]
    await engine.transaction((tx) => indexWriter.write(tx, entries))

    for (const q of ['source:shop', 'shop', `source:${id}`])
      expect(await keys(q, console_, tenantId)).toEqual(['evt_1'])
    expect(await keys('source:shop', operator, otherTenant)).toEqual([])
    expect(await keys('-source:shop', console_, tenantId)).toEqual(['plain'])

    await operator.forTenant(
      tenantId,
      async (tx) => await tx.sql`update source set name = 'New shop', deleted_at = now() where id = ${id}`,
    )
    expect(await keys('source:shop', console_, tenantId)).toEqual([])
    const list = await events.list(console_, tenantId, { q: 'source:"New shop"', limit: 10 })
    expect(list).toMatchObject({ ok: true, events: [{ row: { source: 'New shop' }, sourceId: id }] })
  })

  it('answers the place of a fault instead of rows', async () => {
    const list = await events.list(console_, sampleTenant, { q: 'type:a outcome:maybe', limit: 10 })
    expect(list).toMatchObject({ ok: false, faults: [{ position: 15, length: 5, text: 'maybe' }] })
  })

  it('takes a limit from 1 to 10,000', async () => {
    await expect(events.list(console_, sampleTenant, { limit: 0 })).rejects.toThrow(RangeError)
    await expect(events.list(console_, sampleTenant, { limit: 10_001 })).rejects.toThrow(RangeError)
    expect(await events.list(console_, sampleTenant, { limit: 10_000 })).toMatchObject({ ok: true })
  })

  it('reads on by keyset through the items of one request, each once', async () => {
    const seen: (string | null)[] = []
    let cursor: string | undefined
    do {
      const page = await events.page(console_, sampleTenant, { terms: [], cursor, limit: 2 })
      if (!page.ok) throw new Error(page.code)
      seen.push(...page.rows.map((row) => row.idempotencyKey))
      cursor = page.older ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(everything)
  })

  it('lists more rows than a page holds', async () => {
    const receivedAtMs = now - 10_000
    const requestId = newRequestId(receivedAtMs)
    const many = Array.from({ length: 1_500 }, (_, item) =>
      sampleEvent({ requestId, item, items: 1_500, receivedAtMs, eventType: 'many', key: `many-${item}` }),
    )
    await engine.transaction((tx) => indexWriter.write(tx, many))
    const list = await events.list(console_, sampleTenant, { q: 'type:many', limit: 1_400, withEnvelope: true })
    if (!list.ok) throw new Error('refused')
    expect(list.events.map(({ row }) => row.item)).toEqual(Array.from({ length: 1_400 }, (_, n) => 1_499 - n))
    expect(list.events[0]?.envelope).toEqual(many[1_499]?.body.envelope)
  })
})

describe('event get', () => {
  it('finds by event id, request id and item, with the envelope’s bytes', async () => {
    expect(await events.get(console_, sampleTenant, order.eventId)).toMatchObject({
      state: 'found',
      events: [{ row: { request_id: order.row.requestId }, envelope: order.body.envelope }],
    })
    const all = await events.get(console_, sampleTenant, batchRequest)
    expect(all.state === 'found' && all.events.map(({ row }) => row.item)).toEqual([0, 1, 2])
    const one = await events.get(console_, sampleTenant, `${batchRequest}.1`)
    expect(one).toMatchObject({ state: 'found', events: [{ envelope: batch[1]?.body.envelope }] })
    expect(await events.get(console_, sampleTenant, copy.row.requestId)).toMatchObject({
      state: 'found',
      events: [{ row: { outcome: 'copy' } }],
    })
  })

  it('says what is absent and what is no id', async () => {
    expect(await events.get(console_, sampleTenant, foreign.eventId)).toEqual({ state: 'absent' })
    expect(await events.get(console_, sampleTenant, `${batchRequest}.9`)).toEqual({ state: 'absent' })
    expect(await events.get(console_, sampleTenant, newUuid())).toEqual({ state: 'absent' })
    expect(await events.get(console_, sampleTenant, 'order-1')).toMatchObject({ state: 'invalid' })
  })

  it('asks every tenant on the operator’s connection', async () => {
    for (const event of [order, foreign]) {
      expect(await events.get(operator, undefined, event.eventId)).toMatchObject({
        events: [{ envelope: event.body.envelope }],
      })
      expect(await events.get(operator, undefined, event.row.requestId)).toMatchObject({ state: 'found' })
    }
    expect(await events.get(operator, undefined, newUuid())).toEqual({ state: 'absent' })
    expect(await keys('idem:order-1', operator, otherTenant)).toEqual(['order-1'])
  })
})
