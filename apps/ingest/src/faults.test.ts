import net from 'node:net'
import type { AppendResult, Claims, Log } from '@eventmesh/bus'
import { tenants } from '@eventmesh/db'
import { fingerprint, fixText, MeshError } from '@eventmesh/envelope'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestIngest } from './testing.ts'

const running: TestIngest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

/** The real log and claims, with a fault that a test switches on. */
async function start(
  wrapLog: (log: Log) => Partial<Log>,
  wrapClaims: (claims: Claims) => Partial<Claims> = () => ({}),
  limits = {},
) {
  const t = await startTestIngest({
    limits,
    wrap: ({ log, claims }) => ({ log: { ...log, ...wrapLog(log) }, claims: { ...claims, ...wrapClaims(claims) } }),
  })
  running.push(t)
  return t
}

const body = '{"event_type":"a","payload":{}}'
const unavailable = () => Promise.reject(new MeshError('claims_unavailable', 'no answer within 250 ms'))

describe('a log that does not keep the event', () => {
  it.each<[AppendResult, string]>([
    [{ status: 'refused', detail: 'down' }, 'log_unavailable'],
    [{ status: 'unknown', detail: 'late' }, 'log_unknown'],
    [{ status: 'overloaded' }, 'overloaded'],
  ])('%o: 503 %s with the key, and the next try takes over at once', async (result, code) => {
    let isBroken = true
    const t = await start(
      (log) => ({
        append: (topic, records, options) =>
          isBroken && topic === 'events'
            ? Promise.resolve(records.map(() => result))
            : log.append(topic, records, options),
      }),
      () => ({}),
      { produceDeadlineMs: 500 },
    )
    const answer = await t.post(body, { 'idempotency-key': 'k-1' })
    expect([answer.status, answer.body.code, answer.body.retryable, answer.body.idempotency_key]).toEqual([
      503,
      code,
      true,
      'k-1',
    ])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(5)
    const keyless = await t.post(body)
    expect(keyless.body.idempotency_key).toMatch(/^[0-9a-f]{32}$/)

    isBroken = false
    const again = await t.post(body, { 'idempotency-key': 'k-1' })
    expect([again.status, again.body.status]).toEqual([202, 'accepted'])
  })

  it('is asked for no longer than what is left of the handler’s time, and not at all when nothing is', async () => {
    const asked: number[] = []
    const t = await start(
      (log) => ({
        append: (topic, records, options) => {
          if (topic === 'events') asked.push(options.deadlineMs)
          return log.append(topic, records, options)
        },
      }),
      (claims) => ({
        claim: async (requests) => {
          await new Promise((resolve) => setTimeout(resolve, requests[0]!.key === 'slow' ? 400 : 0))
          return claims.claim(requests)
        },
      }),
      { produceDeadlineMs: 250, handlerDeadlineMs: 300 },
    )
    expect((await t.post(body, { 'idempotency-key': 'quick' })).status).toBe(202)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toBeLessThanOrEqual(250)
    const late = await t.post(body, { 'idempotency-key': 'slow' })
    expect([late.status, late.body.code]).toEqual([503, 'log_unavailable'])
    expect(asked).toHaveLength(1)
  })
})

describe('claims that are away', () => {
  it('under degrade: the event is kept, and its record says that it was not checked', async () => {
    const t = await start(
      () => ({}),
      () => ({ claim: unavailable, settle: unavailable, yield: unavailable }),
    )
    const answer = await t.post(body, { 'idempotency-key': 'k-2' })
    expect([answer.status, answer.body.status]).toEqual([202, 'accepted'])
    const [record] = await t.records()
    expect(record?.headers['em-dedupe']).toBe('unchecked')
    expect(await t.metrics()).toMatch(/background_errors_total\{what="settle",process="ingest"\} 1/)
  })

  it('under strict: 503 claims_unavailable for keyed events, keyless ones are kept', async () => {
    const t = await start(
      () => ({}),
      () => ({ claim: unavailable }),
    )
    await tenants.set(t.operator, t.tenantId, { claims: 'strict' })
    const refused = await eventually(async () => {
      const answer = await t.post(body, { 'idempotency-key': 'k-3' })
      return answer.status === 202 ? undefined : answer
    })
    expect([refused.status, refused.body.code, refused.body.idempotency_key]).toEqual([
      503,
      'claims_unavailable',
      'k-3',
    ])
    expect(refused.headers.get('retry-after')).toMatch(/^[1-5]$/)
    expect((await t.post(body)).status).toBe(202)
  })

  it('under strict: asks for a retry when the store itself says that it will be back', async () => {
    const t = await start(
      () => ({}),
      () => ({ claim: () => Promise.reject(new MeshError('claims_unavailable', 'resting', { retryAfterMs: 8_100 })) }),
    )
    await tenants.set(t.operator, t.tenantId, { claims: 'strict' })
    const refused = await eventually(async () => {
      const answer = await t.post(body, { 'idempotency-key': 'k-5' })
      return answer.status === 202 ? undefined : answer
    })
    expect(refused.headers.get('retry-after')).toBe('9')
  })

  it('after the append: still 202, it rests on the log', async () => {
    const t = await start(
      () => ({}),
      () => ({ settle: unavailable }),
    )
    expect((await t.post(body, { 'idempotency-key': 'k-4' })).status).toBe(202)
  })
})

describe('a key in flight', () => {
  it('is 409 after a short wait, with Retry-After of at most 2 s and the key', async () => {
    const t = await start(
      () => ({}),
      () => ({}),
      { claimWaitMs: 200 },
    )
    const fp = fingerprint({ body: Buffer.from(body), mediaType: 'application/json', route: 'native' })
    await t.claims.claim([{ tenantId: t.tenantId, scope: 'native', key: 'busy', fp, owner: 'somebody else' }])
    const started = performance.now()
    const answer = await t.post(body, { 'idempotency-key': 'busy' })
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([409, 'idempotency_in_flight', true])
    expect(answer.headers.get('retry-after')).toMatch(/^[12]$/)
    expect(answer.body.idempotency_key).toBe('busy')
    expect(fixText('idempotency_in_flight', { nowMs: 0, detail: answer.body.detail })).toMatch(/again after [12] s\.$/)
    expect(performance.now() - started).toBeGreaterThanOrEqual(200)
  })

  it('that is settled during the wait is answered as the duplicate that it is', async () => {
    let held: (() => void) | undefined
    const t = await start((log) => ({
      append: async (topic, records, options) => {
        if (topic === 'events' && held === undefined) {
          await new Promise<void>((resolve) => {
            held = resolve
          })
        }
        return log.append(topic, records, options)
      },
    }))
    const first = t.post(body, { 'idempotency-key': 'waits' })
    await eventually(() => held !== undefined)
    const second = t.post(body, { 'idempotency-key': 'waits' })
    setTimeout(() => held?.(), 150)
    expect((await first).body.status).toBe('accepted')
    expect((await second).body).toMatchObject({ status: 'duplicate', event_id: (await first).body.event_id })
  })
})

describe('a sender that leaves', () => {
  const request = (t: TestIngest, key: string, length = body.length) =>
    `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${t.key.text}\r\nContent-Type: application/json\r\nIdempotency-Key: ${key}\r\nContent-Length: ${length}\r\n\r\n${body}`

  it('in the middle of its body leaves nothing', async () => {
    const t = await start(() => ({}))
    const socket = net.connect(t.port, '127.0.0.1')
    socket.write(request(t, 'half', body.length + 10))
    await eventually(async () =>
      (await t.metrics()).includes('eventmesh_ingest_requests_in_flight{process="ingest"} 1'),
    )
    socket.destroy()
    await eventually(async () =>
      (await t.metrics()).includes('eventmesh_ingest_requests_in_flight{process="ingest"} 0'),
    )
    expect(await t.records()).toEqual([])
    expect((await t.post(body, { 'idempotency-key': 'half' })).body.status).toBe('accepted')
  })

  it('after its body has its event kept and settled', async () => {
    let held: (() => void) | undefined
    const t = await start((log) => ({
      append: async (topic, records, options) => {
        if (topic === 'events' && held === undefined) {
          await new Promise<void>((resolve) => {
            held = resolve
          })
        }
        return log.append(topic, records, options)
      },
    }))
    const socket = net.connect(t.port, '127.0.0.1')
    socket.write(request(t, 'gone'))
    await eventually(() => held !== undefined)
    socket.destroy()
    held?.()
    await eventually(async () => (await t.records()).length === 1)
    const again = await eventually(async () => {
      const answer = await t.post(body, { 'idempotency-key': 'gone' })
      return answer.status === 202 ? answer : undefined
    })
    expect(again.body.status).toBe('duplicate')
  })
})

describe('a bug', () => {
  it('is 500 internal with nothing of it in the answer', async () => {
    const t = await start(() => ({ append: () => Promise.reject(new TypeError('secret-canary in a stack')) }))
    const answer = await t.post(body)
    expect([answer.status, answer.body.code, answer.body.retryable]).toEqual([500, 'internal', true])
    expect(answer.text).not.toContain('secret-canary')
  })
})
