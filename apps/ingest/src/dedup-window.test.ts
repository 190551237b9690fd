import { tenants } from '@eventmesh/db'
import { sign } from '@eventmesh/providers'
import { afterEach, describe, expect, it } from 'vitest'
import { defaultLimits } from './limits.ts'
import { eventually, startTestIngest, type TestIngest, type TestOptions } from './testing.ts'

const address = { url: 'http://ingest.example/hooks/token', deliveryId: 'delivery-1' }
const running: TestIngest[] = []

async function start(options: TestOptions = {}): Promise<TestIngest> {
  const t = await startTestIngest(options)
  running.push(t)
  return t
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((t) => t.close()))
})

describe('the dedup window of a tenant', () => {
  it('answers a retry with the first result while it lasts, and takes it again under the same event id after it', async () => {
    const t = await start()
    // Shorter than any that can be chosen.
    await t.operator.forTenant(
      t.tenantId,
      (tx) => tx.sql`update tenant set dedup_window_s = 2 where id = ${t.tenantId}`,
    )
    const body = JSON.stringify({ event_type: 'window.tried', payload: { n: 1 } })
    const send = () => t.post(body, { 'idempotency-key': 'w-1' })
    const first = await send()
    expect([first.status, first.body.status]).toEqual([202, 'accepted'])
    expect((await send()).body).toMatchObject({ status: 'duplicate', event_id: first.body.event_id })
    const again = await eventually(async () => {
      const answer = await send()
      return answer.body.status === 'duplicate' ? undefined : answer
    })
    expect(again.status).toBe(202)
    expect(again.body).toMatchObject({ status: 'accepted', event_id: first.body.event_id })
    expect(await t.records()).toHaveLength(2)
  })

  it('reaches a running ingest, is of native events alone, and leaves the installation its own', async () => {
    const windows = new Map<string, number>()
    const t = await start({
      wrap: ({ claims }) => ({
        claims: {
          ...claims,
          settle: (requests) => {
            for (const { key, ttlMs } of requests) windows.set(key, ttlMs)
            return claims.settle(requests)
          },
        },
      }),
    })
    let n = 0
    const native = async () => {
      n += 1
      const key = `n-${n}`
      const body = JSON.stringify({ event_type: 'window.tried', payload: {} })
      expect((await t.post(body, { 'idempotency-key': key })).status).toBe(202)
      return await eventually(() => windows.get(key))
    }
    expect(await native()).toBe(defaultLimits.settledTtlMs)
    await tenants.set(t.operator, t.tenantId, { dedupWindowS: 3_600 })
    await eventually(async () => (await native()) === 3_600_000)

    const secret = 'a-secret-of-the-provider'
    const source = await t.createSource('stripe', { secrets: [secret] })
    const body = Buffer.from('{"id":"evt_1","type":"charge.succeeded","created":1700000000}')
    const delivery = sign({ provider: 'stripe', options: {}, secret, nowMs: Date.now(), body, ...address })
    if (!delivery.ok) throw new Error(delivery.detail)
    expect((await t.deliver(source, delivery)).status).toBe(202)
    expect(await eventually(() => windows.get('evt_1'))).toBe(defaultLimits.webhookSettledTtlMs)

    await tenants.set(t.operator, t.tenantId, { dedupWindowS: null })
    await eventually(async () => (await native()) === defaultLimits.settledTtlMs)
  })
})
