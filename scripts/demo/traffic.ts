import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { sign } from '@eventmesh/providers'
import type { Cast, KeyName, SourceName } from './cast.ts'
import { billing, type DemoDelivery, type DemoEvent, deliveries, mobile, orders, pick, stock } from './words.ts'

export type Traffic = { stop(): Promise<void> }

type Sender = { readonly perMinute: number; readonly send: () => Promise<void> }

/** About three events a second, in waves of some minutes, with the retries and mistakes that real senders make. */
export function startTraffic(cast: Cast): Traffic {
  const stopped = new AbortController()
  const loops = sendersOf(cast).map((sender) => keepSending(sender, stopped.signal))
  return {
    async stop() {
      stopped.abort()
      await Promise.all(loops)
    },
  }
}

function sendersOf(cast: Cast): readonly Sender[] {
  const native = (key: KeyName, of: () => DemoEvent) => () => sendEvent(cast, key, of())
  const hook = (name: SourceName) => () => sendDelivery(cast, name, deliveries[name](randomUUID()))
  return [
    { perMinute: 75, send: native('orders-service', orders) },
    { perMinute: 40, send: native('mobile-backend', mobile) },
    { perMinute: 14, send: native('billing-worker', billing) },
    { perMinute: 6, send: native('staging-checkout', orders) },
    { perMinute: 2, send: () => sendBatch(cast) },
    { perMinute: 18, send: hook('stripe-payments') },
    { perMinute: 10, send: hook('shopify-store') },
    { perMinute: 6, send: hook('github-platform') },
    { perMinute: 4, send: hook('slack-workspace') },
    // What goes wrong, less than one in a hundred.
    { perMinute: 0.4, send: native('legacy-importer', stock) },
    { perMinute: 0.4, send: () => sendMalformed(cast) },
    { perMinute: 0.3, send: () => sendKeyTwice(cast) },
    { perMinute: 0.3, send: () => sendWronglySigned(cast) },
    { perMinute: 0.2, send: () => sendLate(cast) },
    { perMinute: 0.05, send: () => sendOtherBody(cast) },
  ]
}

async function keepSending({ perMinute, send }: Sender, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const wave = 1 + 0.5 * Math.sin((2 * Math.PI * Date.now()) / 420_000)
    const waitMs = (-Math.log(1 - Math.random()) * 60_000) / (perMinute * wave)
    await pause(waitMs, undefined, { signal }).catch(() => undefined)
    // While ingest is away its senders get nothing, and come again.
    if (!signal.aborted) await send().catch(() => undefined)
  }
}

const retriesShare = 0.03

async function sendEvent(cast: Cast, key: KeyName, event: DemoEvent): Promise<void> {
  const occurredAgoMs = Math.random() < 0.01 ? 900_000 : Math.floor(Math.random() * 400)
  const body = JSON.stringify({ ...event, occurred_at: new Date(Date.now() - occurredAgoMs).toISOString() })
  const idempotencyKey = randomUUID()
  await postEvent(cast, key, body, idempotencyKey)
  if (Math.random() < retriesShare) await postEvent(cast, key, body, idempotencyKey)
}

async function sendBatch(cast: Cast): Promise<void> {
  const events = Array.from({ length: 12 }, () => ({ ...stock(), idempotency_key: randomUUID() }))
  await post(`${cast.ingestUrl}/v1/events/batch`, JSON.stringify(events), nativeHeaders(cast, 'warehouse-sync'))
}

/** The payload is no object: somebody encoded it twice. */
async function sendMalformed(cast: Cast): Promise<void> {
  const { event_type, payload } = mobile()
  const body = JSON.stringify({ event_type, payload: JSON.stringify(payload) })
  await postEvent(cast, 'mobile-backend', body, randomUUID())
}

/** Another body under a used key. */
async function sendKeyTwice(cast: Cast): Promise<void> {
  const key = `invoice-${randomBytes(3).toString('hex')}`
  for (let n = 0; n < 2; n += 1) await postEvent(cast, 'billing-worker', JSON.stringify(billing()), key)
}

async function sendDelivery(cast: Cast, name: SourceName, delivery: DemoDelivery): Promise<void> {
  await postDelivery(cast, name, delivery)
  if (Math.random() < retriesShare) await postDelivery(cast, name, delivery)
}

async function sendWronglySigned(cast: Cast): Promise<void> {
  const name = pick(['github-platform', 'shopify-store'])
  await postDelivery(cast, name, deliveries[name](randomUUID()), { secret: randomBytes(24).toString('hex') })
}

/** Held back somewhere for eleven minutes. */
async function sendLate(cast: Cast): Promise<void> {
  const delivery = deliveries['stripe-payments'](randomUUID())
  await postDelivery(cast, 'stripe-payments', delivery, { nowMs: Date.now() - 660_000 })
}

/** A delivery id that comes again with another body. */
async function sendOtherBody(cast: Cast): Promise<void> {
  const id = randomUUID()
  for (let n = 0; n < 2; n += 1) await postDelivery(cast, 'stripe-payments', deliveries['stripe-payments'](id))
}

async function postEvent(cast: Cast, key: KeyName, body: string, idempotencyKey: string): Promise<void> {
  const trace = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
  const headers = { ...nativeHeaders(cast, key), 'idempotency-key': idempotencyKey, traceparent: trace }
  await post(`${cast.ingestUrl}/v1/events`, body, headers)
}

function nativeHeaders(cast: Cast, key: KeyName): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${cast.keys[key]}`, 'content-type': 'application/json' }
}

async function postDelivery(
  cast: Cast,
  name: SourceName,
  { body, headers }: DemoDelivery,
  forged: { readonly secret?: string; readonly nowMs?: number } = {},
): Promise<void> {
  const { provider, url, secret } = cast.sources[name]
  const signed = sign({
    provider,
    options: {},
    secret: forged.secret ?? secret,
    url,
    nowMs: forged.nowMs ?? Date.now(),
    deliveryId: randomUUID(),
    body: Buffer.from(JSON.stringify(body)),
    ...(headers === undefined ? {} : { headers }),
  })
  if (signed.ok) await post(url, signed.body, Object.fromEntries(signed.headers))
}

async function post(url: string, body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  const sent = typeof body === 'string' ? body : new Uint8Array(body)
  const response = await fetch(url, { method: 'POST', headers, body: sent, signal: AbortSignal.timeout(15_000) })
  await response.arrayBuffer()
}
