import { type KeyId, newRequestId, newUuid, type RequestId, type TenantId } from '@eventmesh/envelope'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Database } from './connect.ts'
import { otherTenant, sampleEvent, sampleRejection, sampleTenant } from './event-index-sample.ts'
import type { EventPage, EventPageQuery } from './event-page.ts'
import { events } from './events.ts'
import { indexUpkeep } from './index-upkeep.ts'
import { type IndexEntry, indexWriter } from './index-writer.ts'
import { parseSearch, type SearchTerm } from './search-grammar.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let test: TestDatabase
let engine: Database
let console_: Database
let operator: Database
let superuser: Sql

// Noon: no sample falls on another day than it says.
const now = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000

beforeAll(async () => {
  test = await testDatabase()
  const options = { max: 2, statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: test.urls.engine, role: 'engine' })
  console_ = connect({ ...options, url: test.urls.console, role: 'console' })
  operator = connect({ ...options, url: test.urls.migrator, role: 'migrator' })
  superuser = postgres(test.urls.superuser, { max: 1, onnotice: () => {} })
  await indexUpkeep.roll(engine)
  await operator.sql`insert into tenant (id, slug, name) values (${otherTenant}, 'other', 'o'), (${sampleTenant}, 'sample', 's')`
})

afterAll(async () => {
  await Promise.all([engine, console_, operator].map((db) => db?.close()))
  await superuser?.end()
  await test?.close()
})

async function write(...entries: IndexEntry[]): Promise<void> {
  await engine.transaction((tx) => indexWriter.write(tx, entries))
}

function terms(q: string): readonly SearchTerm[] {
  const parsed = parseSearch(q)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults))
  return parsed.terms
}

async function newTenant(): Promise<TenantId> {
  const id = newUuid() as TenantId
  await operator.sql`insert into tenant (id, slug, name) values (${id}, ${`t-${id.slice(-12)}`}, 't')`
  return id
}

async function page(tenantId: TenantId, query: Partial<EventPageQuery>): Promise<Extract<EventPage, { ok: true }>> {
  const answer = await events.page(console_, tenantId, { terms: [], ...query })
  if (!answer.ok) throw new Error(answer.code)
  return answer
}

/** Items in the order of the pages, walking to the end and back again. */
async function walk(tenantId: TenantId, query: Partial<EventPageQuery>): Promise<{ down: number[]; up: number[] }> {
  const down: number[] = []
  let at = await page(tenantId, query)
  down.push(...at.rows.map(({ item }) => item))
  while (at.older !== null) {
    at = await page(tenantId, { ...query, cursor: at.older })
    down.push(...at.rows.map(({ item }) => item))
  }
  const up: number[] = at.rows.map(({ item }) => item)
  while (at.newer !== null) {
    at = await page(tenantId, { ...query, cursor: at.newer })
    up.unshift(...at.rows.map(({ item }) => item))
  }
  return { down, up }
}

describe('a page', () => {
  it('walks a batch of one time and one request down and up again, each item once', async () => {
    const tenantId = await newTenant()
    const requestId = newRequestId(now)
    const batch = Array.from({ length: 25 }, (_, item) =>
      sampleEvent({ tenantId, requestId, item, items: 25, receivedAtMs: now, payload: '{"shop":"main"}' }),
    )
    await write(...batch)
    const all = Array.from({ length: 25 }, (_, n) => 24 - n)
    for (const q of ['', 'payload.shop:main', 'payload.shop:main type:order.*']) {
      for (const limit of [1, 4, 5, 24, 25, 26, 200]) {
        const { down, up } = await walk(tenantId, { terms: terms(q), limit })
        expect(down, `${q} ${limit}`).toEqual(all)
        expect(up, `${q} ${limit}`).toEqual(all)
      }
    }
  })

  it('keeps its end while rows arrive, and tells rows apart that differ by microseconds', async () => {
    const tenantId = await newTenant()
    await write(...[1, 2, 3].map((n) => sampleEvent({ tenantId, key: `k${n}`, receivedAtMs: now - n })))
    // The envelope has milliseconds; rows that were moved by hand have more.
    await superuser`update event_index set received_at = date_trunc('day', received_at) + interval '1 hour'
      - right(idempotency_key, 1)::integer * interval '1 microsecond' where tenant_id = ${tenantId}`
    const first = await page(tenantId, { limit: 2, range: { lastMs: 30 * 86_400_000 } })
    await write(sampleEvent({ tenantId, key: 'late', receivedAtMs: Date.now() + 60_000 }))
    const rest = await page(tenantId, { limit: 200, range: { lastMs: 30 * 86_400_000 }, cursor: first.older ?? '' })
    expect([...first.rows, ...rest.rows].map((row) => row.idempotencyKey)).toEqual(['k1', 'k2', 'k3'])
    expect(rest.older).toBeNull()
  })

  it('refuses a cursor of another question, another range or no sense', async () => {
    const tenantId = await newTenant()
    await write(...[1, 2].map((n) => sampleEvent({ tenantId, receivedAtMs: now - n })))
    const range = { lastMs: 30 * 86_400_000 }
    const { older } = await page(tenantId, { limit: 1, range })
    const cursor = older ?? ''
    expect((await page(tenantId, { limit: 1, range, cursor })).rows).toHaveLength(1)
    const changed = Buffer.from(Buffer.from(cursor, 'base64url').toString().replace('"older"', '"sideways"')).toString(
      'base64url',
    )
    for (const query of [
      { terms: terms('type:a'), range, cursor },
      { terms: [], range: { lastMs: 1 }, cursor },
      { terms: [], cursor },
      { terms: [], range, cursor: changed },
      { terms: [], range, cursor: '' },
      { terms: [], range, cursor: '"' },
      { terms: [], range, cursor: Buffer.from('[2]').toString('base64url') },
    ]) {
      expect(await events.page(console_, tenantId, query)).toEqual({ ok: false, code: 'cursor_mismatch' })
    }
  })

  it('takes a limit from 1 to 200, and ends of a range as [from, to)', async () => {
    const tenantId = await newTenant()
    await write(sampleEvent({ tenantId, receivedAtMs: now, payload: '{"x":1}' }))
    for (const limit of [0, 201, 1.5]) {
      await expect(events.page(console_, tenantId, { terms: [], limit })).rejects.toThrow(RangeError)
    }
    for (const q of ['', 'payload.x:1']) {
      const within = async (fromMs: number, toMs: number) =>
        (await page(tenantId, { terms: terms(q), range: { from: new Date(fromMs), to: new Date(toMs) } })).rows.length
      expect(await within(now, now + 1)).toBe(1)
      expect(await within(now - 1, now)).toBe(0)
      expect(await within(now + 1, now + 2)).toBe(0)
      expect(await within(now - 40 * 86_400_000, now + 40 * 86_400_000)).toBe(1)
      expect(await within(now + 1, now)).toBe(0)
    }
  })

  it('ignores the range for a bare id and says so', async () => {
    const tenantId = await newTenant()
    const event = sampleEvent({ tenantId, receivedAtMs: now - 5 * 86_400_000 })
    await write(event)
    const range = { lastMs: 60_000 }
    expect(await page(tenantId, { range })).toMatchObject({ rows: [], isRangeIgnored: false })
    for (const q of [event.eventId, event.row.requestId, `${event.row.requestId}.0`]) {
      expect(await page(tenantId, { range, terms: terms(q) })).toMatchObject({
        rows: [{ eventId: event.eventId }],
        isRangeIgnored: true,
      })
    }
  })

  it('goes on through payloads that other terms refuse', async () => {
    const tenantId = await newTenant()
    const many = Array.from({ length: 450 }, (_, n) =>
      sampleEvent({
        tenantId,
        receivedAtMs: now - n,
        eventType: n === 440 ? 'rare' : 'usual',
        payload: '{"shop":"main"}',
      }),
    )
    await write(...many)
    const { rows } = await page(tenantId, { terms: terms('payload.shop:main type:rare'), limit: 5 })
    expect(rows.map(({ eventType }) => eventType)).toEqual(['rare'])
  })
})

describe('since', () => {
  it('gives the backlog with the head, then what follows, nothing twice', async () => {
    const tenantId = await newTenant()
    await write(...Array.from({ length: 60 }, (_, n) => sampleEvent({ tenantId, key: `a${n}`, receivedAtMs: now + n })))
    const start = await events.since(console_, tenantId, { terms: [] })
    expect(start.rows.map((row) => row.idempotencyKey)).toEqual(Array.from({ length: 50 }, (_, n) => `a${n + 10}`))
    await write(sampleEvent({ tenantId: otherTenant, receivedAtMs: now }))
    const idle = await events.since(console_, tenantId, { terms: [], after: start.seq })
    expect(idle).toMatchObject({ rows: [], hasMore: false })
    expect(idle.seq).toBeGreaterThan(start.seq)

    // Older by time, later by number.
    await write(...[1, 2, 3].map((n) => sampleEvent({ tenantId, key: `b${n}`, receivedAtMs: now - n })))
    const seen: (string | null)[] = []
    let at = await events.since(console_, tenantId, { terms: terms('type:order.*'), after: idle.seq, limit: 2 })
    seen.push(...at.rows.map((row) => row.idempotencyKey))
    expect(at.hasMore).toBe(true)
    at = await events.since(console_, tenantId, { terms: terms('type:order.*'), after: at.seq, limit: 2 })
    seen.push(...at.rows.map((row) => row.idempotencyKey))
    expect(at.hasMore).toBe(false)
    expect(seen.sort()).toEqual(['b1', 'b2', 'b3'])
    expect((await events.since(console_, tenantId, { terms: terms('type:none'), after: 0 })).rows).toEqual([])
    expect((await events.since(console_, tenantId, { terms: [], after: at.seq + 1_000 })).seq).toBe(at.seq + 1_000)
  })

  it('samples the newest, and counts what it left out up to a number that somebody has', async () => {
    const tenantId = await newTenant()
    const { seq } = await events.since(console_, tenantId, { terms: [] })
    await write(...[0, 1, 2, 3, 4].map((n) => sampleEvent({ tenantId, key: `s${n}`, receivedAtMs: now + n })))
    const ask = (query: Partial<Parameters<typeof events.sample>[2]>) =>
      events.sample(console_, tenantId, { terms: [], after: seq, rows: 2, ...query })
    const keysOf = ({ rows }: Awaited<ReturnType<typeof ask>>) => rows.map((row) => row.idempotencyKey)

    const sampled = await ask({})
    expect(keysOf(sampled)).toEqual(['s3', 's4'])
    expect(sampled.skipped).toBe(3)
    const first = sampled.rows[0]?.seq ?? 0
    const before = await ask({ to: first - 1 })
    expect(keysOf(before)).toEqual(['s1', 's2'])
    expect(before).toMatchObject({ skipped: 1, seq: first - 1 })
    expect(await ask({ after: before.seq, rows: 50 })).toMatchObject({ skipped: 0, seq: sampled.seq })
    expect(await ask({ rows: 0 })).toMatchObject({ rows: [], skipped: 5 })
    expect(await ask({ terms: terms('idem:s1') })).toMatchObject({ rows: [{ idempotencyKey: 's1' }], skipped: 0 })
    expect(await ask({ after: sampled.seq + 9 })).toMatchObject({ rows: [], skipped: 0, seq: sampled.seq + 9 })
    await expect(ask({ rows: 1_001 })).rejects.toThrow('rows must be')
  })

  it('filters what is live by payload too', async () => {
    const tenantId = await newTenant()
    const { seq } = await events.since(console_, tenantId, { terms: [] })
    await write(
      sampleEvent({ tenantId, key: 'yes', payload: '{"a":1}' }),
      sampleEvent({ tenantId, payload: '{"a":2}' }),
    )
    const { rows } = await events.since(console_, tenantId, { terms: terms('payload.a:1'), after: seq })
    expect(rows.map((row) => row.idempotencyKey)).toEqual(['yes'])
  })
})

describe('one event', () => {
  const keyId = newUuid() as KeyId
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const first = sampleEvent({ key: 'one', receivedAtMs: now, payload: '{"body":[1, 2]}', keyId, traceId })
  const event: typeof first = {
    ...first,
    body: {
      ...first.body,
      headers: {
        'em-event-id': first.eventId,
        'em-wrap': 'json',
        'em-ms': 'body=1.2,verify=0.1',
        'em-http': '{"user-agent":"curl","content-length":8}',
        'em-content-type': 'application/json; charset=utf-8',
        ce_id: '7',
      },
    },
  }
  const copy = sampleEvent({ key: 'one', receivedAtMs: now + 5 })
  const quarantined = sampleEvent({ key: 'one', receivedAtMs: now + 6, fp: 'b'.repeat(64), payload: '{"x":1}' })
  const rejection = sampleRejection({ key: 'one', receivedAtMs: now + 7, reason: 'idempotency_mismatch' })
  const place = { requestId: event.row.requestId, item: 0 }

  beforeAll(async () => {
    await operator.forTenant(
      sampleTenant,
      (tx) => tx.sql`insert into api_key (tenant_id, id, name, mode, hash, last_four)
        values (${sampleTenant}, ${keyId}, 'deploy', 'live', ${Buffer.alloc(32)}, '9KdP')`,
    )
    await write(event, copy, quarantined, rejection)
  })

  it('is found by every id it has', async () => {
    const by = async (text: string) =>
      (await events.find(console_, sampleTenant, text)).map((match) => [match.by, match.rows[0]?.requestId])
    const own = event.row.requestId
    expect(await by(event.eventId)).toEqual([['event', own]])
    expect(await by(` ${event.eventId.toUpperCase()} `)).toEqual([['event', own]])
    expect(await by(own)).toEqual([['request', own]])
    expect(await by(`${own}.0`)).toEqual([['item', own]])
    expect(await by(`${own}.1`)).toEqual([])
    expect(await by('one')).toEqual([['idempotency_key', rejection.kind === 'outcome' ? rejection.row.requestId : '']])
    expect(await by(traceId.toUpperCase())).toEqual([['trace', own]])
    for (const nothing of ['', 'x\u0000', '\ud800', 'x'.repeat(301), newUuid()]) expect(await by(nothing)).toEqual([])
  })

  it('has its facts, headers and steps', async () => {
    const detail = await events.detail(console_, sampleTenant, place)
    expect(detail).toMatchObject({
      facts: {
        eventId: event.eventId,
        key: { id: keyId, name: 'deploy', display: 'em_live_…9KdP' },
        source: { id: null, name: 'native' },
        receivedAt: new Date(now).toISOString(),
        traceId,
      },
      http: { 'user-agent': 'curl', 'content-length': '8' },
      attributes: { ce_id: '7' },
      contentType: 'application/json; charset=utf-8',
      wrap: 'json',
      problem: null,
      body: { state: 'kept', envelopeBytes: event.body.envelope.length, rawBytes: null },
    })
    expect(detail?.timeline.map(({ step }) => step)).toEqual(['body', 'verify', 'append', 'index'])
    expect(detail?.timeline.slice(0, 3).map(({ ms }) => ms)).toEqual([1.2, 0.1, 4])
  })

  it('gives its bytes whole and in pieces', async () => {
    const body = (part: 'envelope' | 'payload' | 'raw', start?: number, length?: number) =>
      events.body(console_, sampleTenant, { ...place, part, start, length })
    expect(await body('envelope')).toMatchObject({ bytes: event.body.envelope, total: event.body.envelope.length })
    expect(await body('payload')).toMatchObject({ bytes: Buffer.from('{"body":[1, 2]}') })
    expect(await body('raw')).toMatchObject({
      bytes: Buffer.from('[1, 2]'),
      contentType: 'application/json; charset=utf-8',
    })
    expect(await body('raw', 1, 1)).toMatchObject({ bytes: Buffer.from('1'), total: 6 })
    expect(await body('raw', 6, 1)).toMatchObject({ bytes: Buffer.alloc(0), total: 6 })
    await expect(body('raw', -1)).rejects.toThrow(RangeError)
    const absent = { requestId: newRequestId(now) as RequestId, item: 0, part: 'raw' } as const
    expect(await events.body(console_, sampleTenant, absent)).toEqual({ state: 'absent' })
  })

  it('tells a refusal’s problem and what was kept of its body', async () => {
    if (rejection.kind !== 'outcome') throw new Error('a refusal')
    const refused = { requestId: rejection.row.requestId, item: 0 }
    expect(await events.detail(console_, sampleTenant, refused)).toMatchObject({
      facts: { reason: 'idempotency_mismatch', status: 422, eventId: null },
      problem: '{"detail":"\\u0000"}',
      body: { state: 'kept', envelopeBytes: null, isTruncated: false },
      timeline: [],
    })
    expect(await events.body(console_, sampleTenant, { ...refused, part: 'raw' })).toMatchObject({ state: 'found' })
    expect(await events.body(console_, sampleTenant, { ...refused, part: 'payload' })).toEqual({ state: 'not_kept' })
  })

  it('knows its copies, contradictions and refusals, and they know it', async () => {
    const related = await events.related(console_, sampleTenant, place)
    const requests = (rows: { rows: readonly { requestId: string }[] } | undefined) =>
      rows?.rows.map((row) => row.requestId)
    expect(related?.event).toBeNull()
    expect(requests(related?.copies)).toEqual([copy.row.requestId])
    expect(requests(related?.quarantined)).toEqual([quarantined.row.requestId])
    expect(related?.rejected.rows).toHaveLength(1)
    expect(related?.duplicates.rows).toEqual([])
    expect(related?.sameTrace.rows).toEqual([])
    for (const row of [copy.row, quarantined.row, related?.rejected.rows[0]]) {
      const other = await events.related(console_, sampleTenant, { requestId: row?.requestId as RequestId, item: 0 })
      expect(other?.event?.requestId).toBe(event.row.requestId)
    }
  })

  it('says that retention took the body of a row that stayed', async () => {
    await superuser`delete from event_body where request_id = ${quarantined.row.requestId}`
    const gone = { requestId: quarantined.row.requestId, item: 0 }
    expect((await events.detail(console_, sampleTenant, gone))?.body).toEqual({ state: 'deleted', at: null })
    expect(await events.body(console_, sampleTenant, { ...gone, part: 'raw' })).toEqual({ state: 'not_kept' })
  })

  it('says on which day retention took the body of a refusal', async () => {
    const tenantId = await newTenant()
    const dayMs = 86_400_000
    const receivedAtMs = (days: number) => now - days * dayMs
    const [old, last] = [newRequestId(receivedAtMs(8)), newRequestId(receivedAtMs(6))]
    await write(
      sampleRejection({ tenantId, requestId: old, receivedAtMs: receivedAtMs(8) }),
      sampleRejection({ tenantId, requestId: last, receivedAtMs: receivedAtMs(6) }),
    )
    await indexUpkeep.roll(engine)
    const bodyOf = async (requestId: RequestId) =>
      (await events.detail(console_, tenantId, { requestId, item: 0 }))?.body
    const at = new Date(Math.floor(receivedAtMs(8) / dayMs) * dayMs + 8 * dayMs).toISOString()
    expect(await bodyOf(old)).toEqual({ state: 'deleted', at })
    expect(await bodyOf(last)).toMatchObject({ state: 'kept' })
  })
})

describe('a request of several items', () => {
  it('tells what became of them, and of those without a row', async () => {
    const tenantId = await newTenant()
    const requestId = newRequestId(now)
    const of = { tenantId, requestId, items: 12, receivedAtMs: now }
    await write(
      ...Array.from({ length: 10 }, (_, item) => sampleEvent({ ...of, item })),
      sampleRejection({ ...of, item: 10 }),
    )
    const request = await events.items(console_, tenantId, { requestId, limit: 6 })
    expect(request).toMatchObject({
      items: 12,
      undecided: 1,
      counts: { accepted: 10, rejected: 1, duplicate: 0 },
      receivedAt: new Date(now).toISOString(),
      next: 5,
    })
    const rest = await events.items(console_, tenantId, { requestId, after: 5, limit: 6 })
    expect(rest?.rows.map(({ item }) => item)).toEqual([6, 7, 8, 9, 10])
    expect(rest?.next).toBeNull()
    expect(await events.items(console_, tenantId, { requestId: newRequestId(now) })).toBeUndefined()
  })
})

describe('another tenant', () => {
  it('finds nothing by any id, term or number that is not its own', async () => {
    const own = await newTenant()
    const foreign = sampleEvent({
      tenantId: otherTenant,
      key: 'foreign',
      receivedAtMs: now,
      payload: '{"canary":"bird"}',
      traceId: 'f'.repeat(32),
    })
    const { seq } = await events.since(console_, own, { terms: [] })
    await write(foreign)
    const { requestId } = foreign.row
    const place = { requestId, item: 0 }
    for (const q of [
      '',
      'idem:foreign',
      `request:${requestId}`,
      foreign.eventId,
      'payload.canary:bird',
      'type:order.*',
    ]) {
      expect((await page(otherTenant, { terms: terms(q) })).rows.length, q).toBeGreaterThan(0)
      expect((await page(own, { terms: terms(q) })).rows, q).toEqual([])
    }
    for (const id of [foreign.eventId, requestId, `${requestId}.0`, 'foreign', 'f'.repeat(32)]) {
      expect(await events.find(console_, otherTenant, id)).not.toEqual([])
      expect(await events.find(console_, own, id)).toEqual([])
    }
    expect((await events.since(console_, own, { terms: [], after: seq })).rows).toEqual([])
    expect(await events.detail(console_, own, place)).toBeUndefined()
    expect(await events.body(console_, own, { ...place, part: 'envelope' })).toEqual({ state: 'absent' })
    expect(await events.related(console_, own, place)).toBeUndefined()
    expect(await events.items(console_, own, { requestId })).toBeUndefined()
    expect(await events.facets(console_, own, { terms: [] })).toMatchObject({ total: 0, fields: { type: [], key: [] } })
  })

  it('is refused its cursor: one of another tenant leads to own rows alone', async () => {
    const own = await newTenant()
    await write(...[1, 2].map((n) => sampleEvent({ tenantId: otherTenant, receivedAtMs: now - n, payload: '{"c":1}' })))
    for (const q of ['', 'payload.c:1']) {
      const { older } = await page(otherTenant, { terms: terms(q), limit: 1 })
      expect((await page(own, { terms: terms(q), limit: 1, cursor: older ?? '' })).rows).toEqual([])
    }
  })

  it('is not reached by the search function without a tenant, and nobody else may call it', async () => {
    const call = (db: Database) => db.sql`
      select * from event_payload_search('[[{}]]', '-infinity', 'infinity', null, null, null, true, 10)`
    await expect(call(console_)).rejects.toMatchObject({ code: expect.stringMatching(/42704|22P02/) })
    await expect(call(engine)).rejects.toMatchObject({ code: '42501' })
  })
})
