import { createHmac } from 'node:crypto'
import type { AppendResult } from '@eventmesh/bus'
import { sourceSecrets, sources, tenants } from '@eventmesh/db'
import { eventId, fingerprint, MeshError, readEnvelope, unwrap, type Wrap } from '@eventmesh/envelope'
import { sign } from '@eventmesh/providers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestAnswer, type TestDelivery, type TestIngest } from './testing.ts'

let t: TestIngest
const own: TestIngest[] = []
beforeAll(async () => {
  t = await startTestIngest()
})
afterEach(async () => {
  for (const each of own.splice(0)) await each.close()
})
afterAll(() => t.close())

async function start(options: Parameters<typeof startTestIngest>[0]): Promise<TestIngest> {
  const started = await startTestIngest(options)
  own.push(started)
  return started
}

const secret = 'a-secret-of-the-provider'
const json = { 'content-type': 'application/json' }

/** As the provider signs it. */
function signed(
  provider: string,
  body: string,
  more: { secret?: string; nowMs?: number; id?: string } = {},
): TestDelivery {
  const delivery = sign({
    provider,
    options: {},
    secret: more.secret ?? secret,
    url: 'http://ingest.example/hooks/token',
    nowMs: more.nowMs ?? Date.now(),
    deliveryId: more.id ?? 'delivery-1',
    body: Buffer.from(body),
  })
  if (!delivery.ok) throw new Error(delivery.detail)
  return { headers: delivery.headers, body: delivery.body }
}

const stripeEvent = (id: string, more = '') => `{"id":"${id}","type":"charge.succeeded","created":1700000000${more}}`
const again = (send: () => Promise<TestAnswer>) =>
  eventually(async () => {
    const answer = await send()
    return answer.status === 503 ? undefined : answer
  })

describe('a delivery', () => {
  it('is answered 202 once it is on the log, byte for byte, as an event of its source', async () => {
    const source = await t.createSource('stripe', { secrets: [secret], mode: 'test' })
    const body = '{ "id":"evt_1", "type":"charge.succeeded","created":1700000000, "n":9223372036854775807,"a":1,"a":2 }'
    const answer = await t.deliver(source, signed('stripe', body))
    const event_id = eventId({ tenantId: t.tenantId, scope: source.id, key: 'evt_1' })
    expect(answer.status, answer.text).toBe(202)
    expect(answer.body).toEqual({
      event_id,
      request_id: answer.headers.get('x-request-id'),
      idempotency_key: 'evt_1',
      status: 'accepted',
    })
    expect(answer.headers.get('ratelimit')).toBeNull()

    const record = (await t.records()).find((each) => each.headers['em-event-id'] === event_id)
    expect(record?.key).toBe(`${t.tenantId}:${event_id}`)
    const envelope = readEnvelope(record!.value)
    if (!envelope.ok) throw new Error(envelope.detail)
    expect(envelope.payload.toString()).toBe(body)
    expect(envelope.fields).toMatchObject({
      eventId: event_id,
      eventType: 'stripe.charge.succeeded',
      occurredAt: '2023-11-14T22:13:20.000Z',
      idempotencyKey: 'evt_1',
    })
    const { 'em-ms': steps, 'em-http': http, ...headers } = record!.headers
    expect(headers).toEqual({
      'em-event-id': event_id,
      'em-source': source.id,
      'em-mode': 'test',
      'em-item': '0/1',
      'em-fp': fingerprint({ body: Buffer.from(body), mediaType: 'application/json', route: 'webhook' }),
      'em-dedupe': 'claimed',
      'em-envelope': '1',
      'em-size': String(body.length),
      'em-wrap': 'none',
      'em-ip': '127.0.0.1',
      'em-content-type': 'application/json',
      'content-type': 'application/json',
    })
    expect(steps).toMatch(/^request=.*,authenticate=.*,body=.*,verify=[\d.]+,validate=.*,dedupe=/)
    expect(http).not.toContain(source.token)
  })

  it('sent again is a duplicate of the first, whoever rotated address or secret in between', async () => {
    const source = await t.createSource('stripe', { secrets: [secret] })
    const body = stripeEvent('evt_rotate')
    const first = await t.deliver(source, signed('stripe', body))
    expect(first.status).toBe(202)
    const rotated = await sources.rotateUrl(t.operator, { tenantId: t.tenantId, id: source.id })
    if (!rotated.ok) throw new Error(rotated.detail)
    await sourceSecrets.add(t.operator, { tenantId: t.tenantId, id: source.id, secrets: ['another-secret-later'] })
    const path = `/hooks/${rotated.token}`
    const retry = await eventually(async () => {
      const answer = await t.deliver({ path }, signed('stripe', body, { secret: 'another-secret-later' }))
      return answer.status === 202 && answer.body.status === 'duplicate' ? answer : undefined
    })
    expect(retry.body).toMatchObject({ event_id: first.body.event_id, idempotency_key: 'evt_rotate' })
    expect(retry.headers.get('idempotency-replayed')).toBe('true')
    const old = await t.deliver(source, signed('stripe', body))
    expect([old.status, old.body.status]).toEqual([202, 'duplicate'])
  })

  it('of the same id at two sources is two events', async () => {
    const [one, two] = [
      await t.createSource('stripe', { secrets: [secret] }),
      await t.createSource('stripe', { secrets: [secret] }),
    ]
    const answers = await Promise.all(
      [one, two].map((source) => t.deliver(source, signed('stripe', stripeEvent('evt_2')))),
    )
    expect(answers.map(({ body }) => body.status)).toEqual(['accepted', 'accepted'])
    expect(answers[0]?.body.event_id).not.toBe(answers[1]?.body.event_id)
  })

  it.each(['linear', 'xero', 'dropbox-sign'])(
    'gets the provider’s own answer, the first time and again: %s',
    async (provider) => {
      const source = await t.createSource(provider, { secrets: [secret] })
      const now = Date.now()
      const delivery = sign({ provider, options: {}, secret, url: 'http://a', nowMs: now, deliveryId: 'd-1' })
      if (!delivery.ok) throw new Error(delivery.detail)
      const send = () => t.deliver(source, { headers: delivery.headers, body: delivery.body })
      for (const answer of [await send(), await again(send)]) {
        expect(answer.status).toBe(200)
        expect(answer.text).toBe(provider === 'dropbox-sign' ? 'Hello API Event Received' : '')
        expect(answer.headers.get('set-cookie')).toBeNull()
      }
      const events = (await t.records()).filter((record) => record.headers['em-source'] === source.id)
      expect(events).toHaveLength(1)
    },
  )

  it('is taken with any method, a query, and no body at all', async () => {
    const source = await t.createSource('none')
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']) {
      expect((await t.deliver(source, { method, query: `?m=${method}` })).status, method).toBe(202)
    }
    const head = await t.deliver(source, { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([202, ''])
  })

  it('goes on without claims as its tenant’s policy says, and is 503 under the strict one', async () => {
    const down = await start({
      wrap: ({ claims }) => ({
        claims: { ...claims, claim: () => Promise.reject(new MeshError('claims_unavailable', 'away')) },
      }),
    })
    const source = await down.createSource('none')
    expect((await down.deliver(source, { body: '{"a":1}', headers: json })).status).toBe(202)
    expect((await down.records())[0]?.headers['em-dedupe']).toBe('unchecked')
    await tenants.set(down.operator, down.tenantId, { claims: 'strict' })
    const refused = await eventually(async () => {
      const answer = await down.deliver(source, { body: '{"a":2}', headers: json })
      return answer.status === 503 ? answer : undefined
    })
    expect(refused.body.code).toBe('claims_unavailable')
  })
})

describe('a delivery id with another body', () => {
  it('is acknowledged from the quarantine once the first one was, and never shown as a duplicate', async () => {
    const source = await t.createSource('stripe', { secrets: [secret] })
    const first = await t.deliver(source, signed('stripe', stripeEvent('evt_q')))
    const changed = stripeEvent('evt_q', ',"changed":true')
    const answer = await again(() => t.deliver(source, signed('stripe', changed)))
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({
      event_id: first.body.event_id,
      request_id: answer.headers.get('x-request-id'),
      idempotency_key: 'evt_q',
      status: 'accepted',
      quarantined: true,
    })
    const quarantined = (await t.records('quarantine')).filter((record) => record.headers['em-source'] === source.id)
    expect(quarantined).toHaveLength(1)
    expect(quarantined[0]?.value.includes('"changed":true')).toBe(true)
    expect(quarantined[0]?.headers['em-event-id']).toBe(first.body.event_id)
    const events = (await t.records()).filter((record) => record.headers['em-source'] === source.id)
    expect(events).toHaveLength(1)
    const repeat = await t.deliver(source, signed('stripe', stripeEvent('evt_q')))
    expect(repeat.body.status).toBe('duplicate')
  })

  it('is 503, never 2xx, while the quarantine cannot keep it', async () => {
    let result: AppendResult | undefined
    const broken = await start({
      limits: { webhookProduceDeadlineMs: 300 },
      wrap: ({ log }) => ({
        log: {
          ...log,
          append: (topic, records, options) =>
            topic === 'quarantine' && result !== undefined
              ? Promise.resolve(records.map(() => result!))
              : log.append(topic, records, options),
        },
      }),
    })
    const source = await broken.createSource('stripe', { secrets: [secret] })
    expect((await broken.deliver(source, signed('stripe', stripeEvent('evt_q')))).status).toBe(202)
    const changed = () => broken.deliver(source, signed('stripe', stripeEvent('evt_q', ',"x":1')))
    result = { status: 'unknown', detail: 'cut' }
    const lost = await changed()
    expect([lost.status, lost.body.code]).toEqual([503, 'log_unknown'])
    result = { status: 'refused', detail: 'down' }
    expect((await changed()).body.code).toBe('log_unavailable')
    result = undefined
    expect((await changed()).body).toMatchObject({ status: 'accepted', quarantined: true })
  })

  it('is 503 with a short Retry-After while the first is in flight, and wins once that one failed', async () => {
    let isHolding = true
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = await start({
      limits: { claimWaitMs: 50 },
      wrap: ({ log }) => ({
        log: {
          ...log,
          async append(topic, records, options) {
            if (topic !== 'events' || !isHolding) return log.append(topic, records, options)
            await held
            return records.map((): AppendResult => ({ status: 'refused', detail: 'down' }))
          },
        },
      }),
    })
    const source = await slow.createSource('stripe', { secrets: [secret] })
    const first = slow.deliver(source, signed('stripe', stripeEvent('evt_f')))
    const changed = () => slow.deliver(source, signed('stripe', stripeEvent('evt_f', ',"x":1')))
    const refused = await eventually(async () => {
      const answer = await changed()
      return answer.body.code === 'idempotency_in_flight' ? answer : undefined
    })
    expect(refused.status).toBe(503)
    expect(refused.body).toMatchObject({ status: 503, retryable: true, idempotency_key: 'evt_f' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(2)

    release()
    expect((await first).status).toBe(503)
    isHolding = false
    const won = await again(changed)
    expect([won.status, won.body.status, won.body.quarantined]).toEqual([202, 'accepted', undefined])
    const events = await slow.records()
    expect(events.map((record) => record.value.includes('"x":1'))).toEqual([true])
    const outcomes = await slow.records('outcomes')
    expect(outcomes.map((record) => JSON.parse(record.value.toString()).reason)).not.toContain('idempotency_in_flight')
  })
})

describe('a delivery of several events', () => {
  const segmentItem = (id: string, more = '') => `{"messageId":"${id}","type":"track","event":"Seen"${more}}`
  const segment = (...items: string[]) => {
    const body = `[${items.join(', ')}]`
    const signature = createHmac('sha1', secret).update(body).digest('hex')
    return { headers: { ...json, 'x-signature': signature }, body }
  }

  it('is split: each item its own event and outcome, its payload the item', async () => {
    const source = await t.createSource('segment', { secrets: [secret] })
    const answer = await t.deliver(source, segment(segmentItem('m-1'), segmentItem('m-2', ',"n":1.0')))
    expect(answer.status, answer.text).toBe(202)
    expect(answer.body.results).toMatchObject([
      { index: 0, status: 'accepted', idempotency_key: 'm-1' },
      { index: 1, status: 'accepted', idempotency_key: 'm-2' },
    ])
    const records = (await t.records()).filter((record) => record.headers['em-source'] === source.id)
    expect(records.map((record) => record.headers['em-item']).sort()).toEqual(['0/2', '1/2'])
    const payloads = records.map((record) => {
      const envelope = readEnvelope(record.value)
      return envelope.ok ? envelope.payload.toString() : envelope.detail
    })
    expect(payloads.sort()).toEqual([segmentItem('m-1'), segmentItem('m-2', ',"n":1.0')].sort())
  })

  it('batched anew is known item by item; an item that changed goes to the quarantine', async () => {
    const source = await t.createSource('segment', { secrets: [secret] })
    await t.deliver(source, segment(segmentItem('m-1'), segmentItem('m-2')))
    const answer = await again(() =>
      t.deliver(source, segment(segmentItem('m-2'), segmentItem('m-3'), segmentItem('m-1', ',"x":1'))),
    )
    expect(answer.body.results).toMatchObject([
      { status: 'duplicate', idempotency_key: 'm-2' },
      { status: 'accepted', idempotency_key: 'm-3' },
      { status: 'accepted', idempotency_key: 'm-1', quarantined: true },
    ])
  })

  it('that contradicts itself keeps the first and quarantines the later one; equal ones are one record', async () => {
    const source = await t.createSource('segment', { secrets: [secret] })
    const send = () => t.deliver(source, segment(segmentItem('m-1'), segmentItem('m-1'), segmentItem('m-1', ',"x":1')))
    const answer = await send()
    expect(answer.status, answer.text).toBe(202)
    expect(answer.body.results).toMatchObject([
      { status: 'accepted' },
      { status: 'duplicate' },
      { status: 'accepted', quarantined: true },
    ])
    const count = async (topic: 'events' | 'quarantine') =>
      (await t.records(topic)).filter((record) => record.headers['em-source'] === source.id).length
    expect([await count('events'), await count('quarantine')]).toEqual([1, 1])
    const retry = await again(send)
    expect(retry.body.results).toMatchObject([
      { status: 'duplicate' },
      { status: 'duplicate' },
      { status: 'accepted', quarantined: true },
    ])
  })

  it('that the log takes only in part is 503, never 207; sent again, what is kept is a duplicate', async () => {
    let isBroken = true
    const half = await start({
      limits: { webhookProduceDeadlineMs: 300 },
      wrap: ({ log }) => ({
        log: {
          ...log,
          async append(topic, records, options) {
            if (topic !== 'events' || !isBroken) return log.append(topic, records, options)
            const kept = records.filter(({ value }) => value.includes('"m-1"'))
            const results = kept.length === 0 ? [] : await log.append(topic, kept, options)
            const lost = records.slice(kept.length).map((): AppendResult => ({ status: 'unknown', detail: 'cut' }))
            return [...results, ...lost]
          },
        },
      }),
    })
    const source = await half.createSource('segment', { secrets: [secret] })
    const send = () => half.deliver(source, segment(segmentItem('m-1'), segmentItem('m-2')))
    const answer = await send()
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answer.body.results).toMatchObject([{ status: 'accepted' }, { status: 'unknown' }])
    isBroken = false
    const retry = await again(send)
    expect(retry.body.results).toMatchObject([{ status: 'duplicate' }, { status: 'accepted' }])
  })

  it('is refused as a whole, before anything is claimed, for one item that cannot be taken', async () => {
    let claims = 0
    const counted = await start({
      wrap: (parts) => ({
        claims: {
          ...parts.claims,
          claim: (requests) => {
            claims += 1
            return parts.claims.claim(requests)
          },
        },
      }),
    })
    const source = await counted.createSource('segment', { secrets: [secret] })
    const deep = `${'['.repeat(65)}${']'.repeat(65)}`
    const tooDeep = await counted.deliver(source, segment(segmentItem('m-1'), `{"messageId":"m-2","d":${deep}}`))
    expect([tooDeep.status, tooDeep.body.code]).toEqual([400, 'body_malformed'])
    const many = await counted.deliver(
      source,
      segment(...Array.from({ length: 1_001 }, (_, i) => segmentItem(`n-${i}`))),
    )
    expect([many.status, many.body.code]).toEqual([413, 'batch_too_large'])
    expect(claims).toBe(0)
    expect(await counted.records()).toEqual([])
    const all = await counted.deliver(
      source,
      segment(...Array.from({ length: 1_000 }, (_, i) => segmentItem(`n-${i}`))),
    )
    expect([all.status, all.body.results.length]).toEqual([202, 1_000])
  })

  it('without any is a 2xx without an event', async () => {
    const source = await t.createSource('segment', { secrets: [secret] })
    const answer = await t.deliver(source, segment())
    expect([answer.status, answer.body.results]).toEqual([202, []])
    expect((await t.records()).filter((record) => record.headers['em-source'] === source.id)).toEqual([])
  })

  it('counts with as many tokens as it has events', async () => {
    const limited = await start({ limits: { keyRate: 1, keyBurst: 3 } })
    const source = await limited.createSource('segment', { secrets: [secret] })
    expect((await limited.deliver(source, segment(segmentItem('a'), segmentItem('b')))).status).toBe(202)
    const refused = await limited.deliver(source, segment(segmentItem('c'), segmentItem('d')))
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
  })
})

describe('a body that is no JSON object', () => {
  const kept = async (delivery: TestDelivery) => {
    const source = await t.createSource('none')
    const answer = await t.deliver(source, delivery)
    expect(answer.status, answer.text).toBe(202)
    const record = (await t.records()).find((each) => each.headers['em-source'] === source.id)!
    const envelope = readEnvelope(record.value)
    if (!envelope.ok) throw new Error(envelope.detail)
    const wrap = record.headers['em-wrap'] as Wrap
    return {
      wrap,
      payload: envelope.payload.toString(),
      body: unwrap(envelope.payload, wrap, record.exactBody),
      record,
    }
  }

  it.each<[string, string | undefined, string | Buffer, Wrap, string | undefined]>([
    ['an array', 'application/json', '[1, 2]', 'json', '{"body":[1, 2]}'],
    ['a scalar', 'application/json', '1e400', 'json', '{"body":1e400}'],
    ['JSON of a vendor', 'application/vnd.acme+json', '{"a" : 1}', 'none', '{"a" : 1}'],
    ['an object of no type', undefined, '{"a":1}', 'none', '{"a":1}'],
    ['an object as text', 'text/plain', '{"a":1}', 'none', '{"a":1}'],
    ['text', 'text/plain', 'hello\u0000 "world"\r\n', 'text', undefined],
    ['XML', 'application/xml', '<a b="c">ü</a>', 'text', undefined],
    ['a JWT', 'application/jwt', 'eyJhbGciOiJub25lIn0.e30.', 'text', undefined],
    ['nothing', undefined, '', 'text', '{"text":""}'],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&b=%C3%BC+x&a=2&__proto__=1&=', 'form', undefined],
    ['other bytes', 'application/octet-stream', Buffer.from([0xff, 0xfe, 0x00, 0x1e, 0x1f]), 'base64', undefined],
    ['text of another encoding', 'text/plain; charset=latin1', Buffer.from('ü', 'latin1'), 'base64', undefined],
  ])('is wrapped, and comes back byte for byte: %s', async (_what, type, body, wrap, payload) => {
    const found = await kept({ body, headers: type === undefined ? {} : { 'content-type': type } })
    expect(found.wrap).toBe(wrap)
    expect(found.body?.equals(Buffer.from(body))).toBe(true)
    if (payload !== undefined) expect(found.payload).toBe(payload)
    expect(found.record.headers['em-content-type']).toBe(type)
  })

  it('is refused where it calls itself JSON and is none', async () => {
    const source = await t.createSource('none')
    for (const body of ['{"a":', '', '\ufeff{}']) {
      const answer = await t.deliver(source, { body, headers: json })
      expect([answer.status, answer.body.code]).toEqual([400, 'body_malformed'])
    }
  })
})

describe('the size of a delivery', () => {
  it.each<[string, Record<string, string>, number]>([
    ['3 MiB', {}, 3 * 1024 * 1024],
    ['the source’s own', { max_body: '1000' }, 1_000],
    ['7 MiB', { max_body: String(7 * 1024 * 1024) }, 7 * 1024 * 1024],
  ])('is bounded by %s, declared or not', async (_what, options, bytes) => {
    const source = await t.createSource('none', { options })
    const body = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`
    expect((await t.deliver(source, { body: body(bytes), headers: json })).status).toBe(202)
    const tooLarge = await t.deliver(source, { body: body(bytes + 1), headers: json })
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'payload_too_large'])
    const chunked = await fetch(t.url + source.path, {
      method: 'POST',
      headers: json,
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(Buffer.from(body(bytes + 1)))
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit)
    expect([chunked.status, ((await chunked.json()) as { code: string }).code]).toEqual([413, 'payload_too_large'])
  })

  it('is bounded as it is kept too, before anything is claimed', async () => {
    const source = await t.createSource('none', { options: { max_body: String(7 * 1024 * 1024) } })
    const answer = await t.deliver(source, { body: Buffer.alloc(6_500_000, 0xff) })
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large'])
    expect((await t.deliver(source, { body: Buffer.alloc(6_000_000, 0xff) })).status).toBe(202)
  })

  it('is counted as it arrives: what is compressed is refused', async () => {
    const source = await t.createSource('none')
    const answer = await t.deliver(source, { body: 'x', headers: { 'content-encoding': 'gzip' } })
    expect([answer.status, answer.body.code]).toEqual([415, 'media_type_unsupported'])
    expect((await t.deliver(source, { body: '{}', headers: { 'content-encoding': 'identity' } })).status).toBe(202)
  })
})

describe('the times of a delivery', () => {
  it('are shorter than those of native events', async () => {
    const asked: number[] = []
    const timed = await start({
      wrap: ({ log }) => ({
        log: {
          ...log,
          append: (topic, records, options) => {
            if (topic === 'events') asked.push(options.deadlineMs)
            return log.append(topic, records, options)
          },
        },
      }),
    })
    const source = await timed.createSource('none')
    expect((await timed.deliver(source, { body: '{}', headers: json })).status).toBe(202)
    expect((await timed.post('{"event_type":"a","payload":{}}')).status).toBe(202)
    expect(asked[0]).toBeLessThanOrEqual(7_000)
    expect(asked[0]).toBeGreaterThan(6_000)
    expect(asked[1]).toBeGreaterThan(8_000)
  })

  it('leave a provider that waits one second its answer, while the log takes half of it', async () => {
    const slow = await start({
      wrap: ({ log }) => ({
        log: {
          ...log,
          append: async (topic, records, options) => {
            await new Promise((resolve) => setTimeout(resolve, 500))
            return log.append(topic, records, options)
          },
        },
      }),
    })
    const source = await slow.createSource('slack', { secrets: [secret] })
    const event = (id: string) => signed('slack', `{"type":"event_callback","event_id":"${id}","event":{"type":"a"}}`)
    await slow.deliver(source, event('Ev0'))
    const startedAt = performance.now()
    expect((await slow.deliver(source, event('Ev1'))).status).toBe(202)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it.each([
    [-301, 401],
    [-299, 202],
    [299, 202],
    [301, 401],
  ])('a signed time %i s away is answered %i', async (awayS, status) => {
    const nowMs = 1_800_000_000_000
    const at = await start({ now: () => nowMs })
    const source = await at.createSource('stripe', { secrets: [secret] })
    const answer = await at.deliver(source, signed('stripe', stripeEvent('evt_t'), { nowMs: nowMs + awayS * 1_000 }))
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.body.code).toBe('timestamp_skew')
  })
})
