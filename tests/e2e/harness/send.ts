import type { Attempt } from './history.ts'

export type Target = { readonly ingestUrl: string; readonly apiKey: string; readonly tenantId: string }

export type Answer = {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the members it asserts on, and fails where one is missing
  readonly body: any
}

/** Sends one native event with the payload's bytes as given. Rejects when no answer came. */
export async function send(target: Target, key: string, payload: string, eventType = 'test.sent'): Promise<Answer> {
  const response = await fetch(`${target.ingestUrl}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${target.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: `{"event_type":"${eventType}","payload":${payload}}`,
    signal: AbortSignal.timeout(20_000),
  })
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) }
}

/** The same, as an entry of the history: a cut connection is an ending too. */
export async function attempt(target: Target, key: string, payload: string): Promise<Attempt> {
  const scope = target.apiKey.startsWith('em_test_') ? 'native-test' : 'native'
  const entry = { tenantId: target.tenantId, scope, key, payload } as const
  try {
    const { status, body } = await send(target, key, payload)
    const isOk = status >= 200 && status < 300
    const ending = isOk ? 'ok' : status >= 400 && status < 500 && status !== 409 && status !== 429 ? 'fail' : 'info'
    return {
      ...entry,
      ending,
      status,
      code: body.code,
      eventId: body.event_id,
      outcome: isOk ? body.status : undefined,
    }
  } catch {
    // No answer: it may or may not be kept.
    return { ...entry, ending: 'info', status: undefined, code: undefined, eventId: undefined, outcome: undefined }
  }
}

/** Repeats as a sender should (same key, same bytes) until it is acknowledged; every try goes into the history. */
export async function sendUntilKept(
  target: Target,
  key: string,
  payload: string,
  history: Attempt[],
  deadlineMs = 45_000,
): Promise<Attempt> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const tried = await attempt(target, key, payload)
    history.push(tried)
    if (tried.ending === 'ok') return tried
    if (performance.now() > deadline)
      throw new Error(`${key} was not acknowledged within ${deadlineMs} ms (last ${tried.status} ${tried.code})`)
    // A sender's pause between two tries, as Retry-After asks for.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
