import { createHmac } from 'node:crypto'

/** The body that every program gets: 1,024 bytes of JSON, an order as a shop sends it. */
export function eventBody(bytes = 1_024): string {
  const event = {
    event_type: 'order.created',
    payload: {
      order_id: 'A-2026-000417',
      customer: { id: 90_417, name: 'Ada Lovelace', email: 'ada@example.com', newsletter: false },
      items: [
        { sku: 'TEA-EARL-GREY-100', quantity: 2, price: 7.9 },
        { sku: 'CUP-PORCELAIN-BLUE', quantity: 4, price: 12.5 },
      ],
      total: 65.8,
      currency: 'EUR',
      note: '',
    },
  }
  event.payload.note = 'x'.repeat(bytes - JSON.stringify(event).length)
  return JSON.stringify(event)
}

/** One request as it goes over the wire: a single event with a key of its own. */
export function singleRequest(apiKey: string): (key: string) => Buffer {
  const body = eventBody()
  const before = head('/v1/events', apiKey, Buffer.byteLength(body))
  return (key) => Buffer.from(`${before}Idempotency-Key: ${key}\r\n\r\n${body}`)
}

/** `count` events of the same size in one request, whose key covers them all. */
export function batchRequest(apiKey: string, count: number): (key: string) => Buffer {
  const body = `[${Array(count).fill(eventBody()).join(',')}]`
  const before = head('/v1/events/batch', apiKey, Buffer.byteLength(body))
  return (key) => Buffer.from(`${before}Idempotency-Key: ${key}\r\n\r\n${body}`)
}

/** A delivery as GitHub sends it: a body of the same size under its HMAC, and an id of its own. */
export function deliveryRequest({ token, secret }: { token: string; secret: string }): (id: string) => Buffer {
  const body = eventBody()
  const before =
    `POST /hooks/${token} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: GitHub-Hookshot/0f1a2b3\r\nAccept: */*\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `X-GitHub-Event: issues\r\nX-Hub-Signature-256: ${signature(body, secret)}\r\n`
  return (id) => Buffer.from(`${before}X-GitHub-Delivery: ${id}\r\n\r\n${body}`)
}

export function signature(body: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

function head(path: string, apiKey: string, length: number): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: eventmesh-bench/1\r\nAccept: */*\r\n` +
    `Authorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`
  )
}
