import type { AppendResult } from '@eventmesh/bus'
import { cloudEventKey, eventId, itemKey, readEnvelope } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestAnswer, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

const event = (key: string | undefined, n = 0) =>
  JSON.stringify({ event_type: 'a', payload: { n }, ...(key === undefined ? {} : { idempotency_key: key }) })
const batch = (body: string | Buffer, headers: Record<string, string> = {}, of: TestIngest = t) =>
  of.post(body, headers, '/v1/events/batch')
const statuses = (answer: TestAnswer) => answer.body.results.map((each: { status: string }) => each.status)
const nativeId = (key: string) => eventId({ tenantId: t.tenantId, scope: 'native', key })

describe('a batch', () => {
  it.each([
    ['an array', (items: string[]) => `[${items.join(' , ')}]`, 'application/json'],
    ['an object with events', (items: string[]) => `{ "events": [${items.join(',')}] }`, 'application/json'],
    ['lines', (items: string[]) => `${items.join('\r\n\n')}\n`, 'application/x-ndjson'],
  ])('as %s: 202 with one result per item, one record each', async (form, write, type) => {
    const keys = [0, 1, 2].map((i) => `${form} ${i}`.replaceAll(' ', '-'))
    const answer = await batch(write(keys.map((key, i) => event(key, i))), { 'content-type': type })
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({
      request_id: answer.headers.get('x-request-id'),
      results: keys.map((key, index) => ({ index, status: 'accepted', event_id: nativeId(key), idempotency_key: key })),
    })
    const records = (await t.records()).filter((each) =>
      keys.some((key) => each.headers['em-event-id'] === nativeId(key)),
    )
    expect(records.map((each) => each.headers['em-item']).toSorted()).toEqual(['0/3', '1/3', '2/3'])
    for (const record of records) {
      const envelope = readEnvelope(record.value)
      expect(envelope.ok && envelope.fields.requestId).toBe(answer.body.request_id)
    }
  })

  it('of CloudEvents: 202, their identity from source and id', async () => {
    const items = [1, 2].map((n) => ({
      specversion: '1.0',
      id: `B-${n}`,
      source: '/shop',
      type: 'order.created',
      data: { n },
    }))
    const answer = await batch(JSON.stringify(items), { 'content-type': 'application/cloudevents-batch+json' })
    expect(answer.status).toBe(202)
    expect(answer.body.results.map((each: { event_id: string }) => each.event_id)).toEqual(
      items.map(({ source, id }) => nativeId(cloudEventKey(source, id))),
    )
  })

  it('whose items have no keys gives each one from the request’s key, and the same ones to a retry', async () => {
    const body = `[${event(undefined, 1)},${event('own-key', 2)},${event(undefined, 3)}]`
    const first = await batch(body, { 'idempotency-key': 'order-42' })
    const keys = first.body.results.map((each: { idempotency_key: string }) => each.idempotency_key)
    expect(keys).toEqual([itemKey('order-42', 0), 'own-key', itemKey('order-42', 2)])
    expect(first.body.results[0].event_id).toBe(nativeId(itemKey('order-42', 0)))
    const again = await eventually(async () => {
      const answer = await batch(body, { 'idempotency-key': 'order-42' })
      return answer.status === 202 &&
        answer.body.results.every((each: { status: string }) => each.status === 'duplicate')
        ? answer
        : undefined
    })
    expect(again.body.results.map((each: { event_id: string }) => each.event_id)).toEqual(
      first.body.results.map((each: { event_id: string }) => each.event_id),
    )
  })

  it('keeps its good items when others are bad: 207, each with its problem', async () => {
    const answer = await batch(
      `[${event('good-1')},{"event_type":"a"},[],${event('good-2')},{"event_type":"a","payload":{},"x":1}]`,
    )
    expect(answer.status).toBe(207)
    expect(statuses(answer)).toEqual(['accepted', 'rejected', 'rejected', 'accepted', 'rejected'])
    expect(answer.body.results[1]).toMatchObject({
      index: 1,
      problem: { code: 'schema_invalid', status: 422, errors: [{ pointer: '/1/payload', code: 'required' }] },
    })
    expect(answer.body.results[4].problem.errors[0].pointer).toBe('/4/x')
    const again = await batch(`[${event('good-1')}]`)
    expect(statuses(again)).toEqual(['duplicate'])
  })

  it('in an object points into events', async () => {
    const answer = await batch('{"events":[{"event_type":"a"}]}')
    expect(answer.body.results[0].problem.errors[0].pointer).toBe('/events/0/payload')
  })

  it('with one unreadable line refuses that line alone', async () => {
    const answer = await batch(`${event('line-0')}\n{"event_type":\n${event('line-2')}`, {
      'content-type': 'application/x-ndjson',
    })
    expect(answer.status).toBe(207)
    expect(statuses(answer)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(answer.body.results[1].problem).toMatchObject({
      code: 'body_malformed',
      errors: [{ pointer: '/1/event_type' }],
    })
  })

  it.each([
    ['an empty array', '[]', 422, 'schema_invalid'],
    ['no events in the object', '{"events":[]}', 422, 'schema_invalid'],
    ['an object with other members', '{"events":[],"more":1}', 422, 'schema_invalid'],
    ['an object without events', '{}', 422, 'schema_invalid'],
    ['events that are no array', '{"events":{}}', 422, 'schema_invalid'],
    ['events twice', '{"events":[],"events":[]}', 400, 'body_malformed'],
    ['a scalar', '1', 422, 'schema_invalid'],
    ['broken JSON', `[${event('lost')},`, 400, 'body_malformed'],
    ['nothing', '', 400, 'body_malformed'],
  ])('that is %s is refused as a whole', async (_case, body, status, code) => {
    const answer = await batch(body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  it('of empty lines is empty: 422', async () => {
    expect((await batch('\n\n', { 'content-type': 'application/x-ndjson' })).status).toBe(422)
  })

  it('takes 1,000 items and refuses 1,001: 413 batch_too_large', async () => {
    const of = (count: number) => `[${Array.from({ length: count }, (_, i) => event(undefined, i)).join(',')}]`
    const full = await batch(of(1_000))
    expect([full.status, full.body.results.length]).toEqual([202, 1_000])
    const over = await batch(of(1_001))
    expect([over.status, over.body.code]).toEqual([413, 'batch_too_large'])
    const lines = await batch(`${event(undefined)}\n`.repeat(1_001), { 'content-type': 'application/x-ndjson' })
    expect([lines.status, lines.body.code]).toEqual([413, 'batch_too_large'])
  })

  it('takes 5 MiB and refuses a byte more; an item of more than 1 MiB is refused alone', async () => {
    const of = (bytes: number) => `{"event_type":"a","payload":{"x":"${'x'.repeat(bytes - 37)}"}}`
    const item = 1024 * 1024
    expect(of(item)).toHaveLength(item)
    const answer = await batch(`[${of(item)},${of(item + 1)}]`)
    expect([answer.status, ...statuses(answer)]).toEqual([207, 'accepted', 'rejected'])
    expect(answer.body.results[1].problem).toMatchObject({ code: 'payload_too_large', status: 413 })
    const whole = (bytes: number) => `[${of(1_000)}]`.padEnd(bytes)
    expect((await batch(whole(5 * item))).status).toBe(202)
    const over = await batch(whole(5 * item + 1))
    expect([over.status, over.body.code]).toEqual([413, 'batch_too_large'])
  })

  it('counts depth and members per event', async () => {
    const deep = (levels: number) =>
      `{"event_type":"a","payload":{"v":${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}}`
    const wide = `{"event_type":"a","payload":{${Array.from({ length: 9_000 }, (_, i) => `"m${i}":0`).join(',')}}}`
    const answer = await batch(`[${deep(64)},${deep(65)},${wide},${wide}]`)
    expect(statuses(answer)).toEqual(['accepted', 'rejected', 'accepted', 'accepted'])
    expect(answer.body.results[1].problem.code).toBe('body_malformed')
  })

  it('with a key twice: the same bytes are one record, other bytes a conflict', async () => {
    const answer = await batch(`[${event('twice', 1)},${event('twice', 1)},${event('twice', 2)}]`)
    expect(answer.status).toBe(207)
    expect(statuses(answer)).toEqual(['accepted', 'duplicate', 'rejected'])
    expect(answer.body.results[2].problem.code).toBe('idempotency_mismatch')
    expect((await t.records()).filter((each) => each.headers['em-event-id'] === nativeId('twice'))).toHaveLength(1)
  })

  it('whose first item contradicts a kept event does not hide that a later one repeats it', async () => {
    await batch(`[${event('kept', 1)}]`)
    await eventually(async () => statuses(await batch(`[${event('kept', 1)}]`))[0] === 'duplicate')
    expect(statuses(await batch(`[${event('kept', 2)},${event('kept', 1)},${event('kept', 3)}]`))).toEqual([
      'rejected',
      'duplicate',
      'rejected',
    ])
  })

  it('item sent again alone, or as a line, is the same event', async () => {
    await batch(`[ ${event('moved')} ]`)
    const single = await eventually(async () => {
      const answer = await t.post(event('moved'))
      return answer.body.status === 'duplicate' ? answer : undefined
    })
    expect(single.body.event_id).toBe(nativeId('moved'))
    expect(statuses(await batch(event('moved'), { 'content-type': 'application/x-ndjson' }))).toEqual(['duplicate'])
  })
})

describe('a batch that the log takes only in part', () => {
  it('is 503 with what is unknown marked; sent again, what is kept is a duplicate', async () => {
    let failing: AppendResult['status'] | undefined = 'unknown'
    const half = await startTestIngest({
      limits: { produceDeadlineMs: 500 },
      wrap: ({ log }) => ({
        log: {
          ...log,
          async append(topic, records, options) {
            if (topic !== 'events' || failing === undefined) return log.append(topic, records, options)
            const kept = records.filter(({ value }) => value.includes('"first"'))
            const results = kept.length === 0 ? [] : await log.append(topic, kept, options)
            const lost = records.slice(kept.length).map((): AppendResult => ({ status: 'unknown', detail: 'cut' }))
            return [...results, ...lost]
          },
        },
      }),
    })
    try {
      const body = `[${event('first')},${event('second')},{"event_type":"a"}]`
      const answer = await batch(body, {}, half)
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(statuses(answer)).toEqual(['accepted', 'unknown', 'rejected'])
      expect(answer.body.results[1]).toMatchObject({
        idempotency_key: 'second',
        problem: { code: 'log_unknown', retryable: true },
      })
      failing = undefined
      const again = await eventually(async () => {
        const each = await batch(body, {}, half)
        return each.status === 207 ? each : undefined
      })
      expect(statuses(again)[0]).toBe('duplicate')
    } finally {
      await half.close()
    }
  })
})

describe('a batch above the rate', () => {
  it('is refused as a whole before anything is claimed: 429 with the wait', async () => {
    const limited = await startTestIngest({ limits: { keyRate: 10, keyBurst: 5 } })
    try {
      const body = `[${[1, 2, 3].map((n) => event(`r-${n}`)).join(',')}]`
      expect((await batch(body, {}, limited)).status).toBe(202)
      const over = await batch(body, {}, limited)
      expect([over.status, over.body.code]).toEqual([429, 'rate_limited'])
      expect(Number(over.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    } finally {
      await limited.close()
    }
  })
})
