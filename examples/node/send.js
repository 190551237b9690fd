import { setTimeout as pause } from 'node:timers/promises'

/**
 * Sends one event until EventMesh has acknowledged it.
 *
 * - The key names what happened (an order's id, not a random number), so a crash of this program and a second run of
 *   it still make one event.
 * - Every try has the same key and the same bytes: the body is written once.
 * - A lost connection, 408, 409, 429 and 5xx mean "not known, or not yet": try again, after Retry-After where there is
 *   one. Any other 4xx would end the same way again: that is for a person to see.
 *
 * @returns {Promise<{ event_id: string, request_id: string, idempotency_key: string, status: 'accepted' | 'duplicate' }>}
 */
export async function send({ url, apiKey, idempotencyKey, event, deadlineMs = 300_000 }) {
  const body = JSON.stringify(event)
  const deadline = Date.now() + deadlineMs
  for (let tries = 1; ; tries += 1) {
    let problem
    let waitMs = Math.min(30_000, 250 * 2 ** tries) * (0.5 + Math.random() / 2)
    try {
      const response = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
        },
        body,
        // EventMesh answers within 12 s: below that, a try would be given up that is about to succeed.
        signal: AbortSignal.timeout(15_000),
      })
      if (response.ok) return await response.json()
      problem = `${response.status} ${(await response.text()).trim()}`
      if (!isWorthARetry(response.status)) throw new Refused(problem)
      const retryAfter = Number(response.headers.get('retry-after'))
      if (retryAfter > 0) waitMs = retryAfter * 1_000
    } catch (error) {
      if (error instanceof Refused) throw error
      problem = error.cause?.code ?? error.name
    }
    if (Date.now() + waitMs > deadline) throw new Error(`not acknowledged after ${tries} tries: ${problem}`)
    console.error(`try ${tries}: ${problem}; again in ${Math.round(waitMs)} ms`)
    await pause(waitMs)
  }
}

/** The event cannot be accepted as it is: no retry helps. */
export class Refused extends Error {}

function isWorthARetry(status) {
  return status === 408 || status === 409 || status === 429 || status >= 500
}

if (import.meta.filename === process.argv[1]) {
  const { EVENTMESH_URL: url = 'http://localhost:4000', EVENTMESH_API_KEY: apiKey, RUN: run = Date.now() } = process.env
  const order = {
    url,
    apiKey,
    idempotencyKey: `order-7-${run}`,
    event: { event_type: 'order.created', payload: { order: 7, total: '19.90' }, ordering_key: 'order-7' },
  }
  const first = await send(order)
  console.log(`order 7: ${first.status} as ${first.event_id}`)
  const again = await send(order)
  console.log(`order 7: ${again.status} of ${again.event_id}`)
  try {
    await send({ ...order, event: { ...order.event, payload: { order: 8 } } })
  } catch (error) {
    console.log(
      `the key of order 7 for order 8: ${error.message.slice(0, 3)} ${/"code":"(\w+)"/.exec(error.message)?.[1]}`,
    )
  }
}
