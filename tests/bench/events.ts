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

function head(path: string, apiKey: string, length: number): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: eventmesh-bench/1\r\nAccept: */*\r\n` +
    `Authorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`
  )
}
