import 'server-only'
import { z } from 'zod'
import { fault, type MemberContext } from './action.ts'
import { config } from './config.ts'
import { consoleTestKey } from './console-key.ts'
import { text } from './text.ts'

export type TestEvent = {
  readonly eventType: string
  /** A JSON object as text. */
  readonly payload: string
  /** Empty: ingest makes one. */
  readonly idempotencyKey: string
}

/** Ingest's own answer, whatever it was: the point is to see it. */
export type TestAnswer = { readonly status: number; readonly body: string; readonly eventId: string | null }

const deadlineMs = 15_000

/** Sends one event the way everybody does: over HTTP to ingest, with a short-lived test key. */
export async function postTestEvent({ db, member, by }: MemberContext, event: TestEvent) {
  const key = await consoleTestKey(db, member.tenant.id, by)
  if (key === undefined) return fault('no_key', text.noTestKey)
  const response = await fetch(`${config().ingestInternalUrl}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(event.idempotencyKey === '' ? {} : { 'idempotency-key': event.idempotencyKey }),
    },
    // The payload's text goes out as it was typed: no number of it is rounded on the way.
    body: `{"event_type":${JSON.stringify(event.eventType)},"payload":${event.payload}}`,
    signal: AbortSignal.timeout(deadlineMs),
    redirect: 'error',
  }).catch(() => undefined)
  if (response === undefined) {
    return fault('ingest_unreachable', text.ingestUnreachable(config().ingestInternalUrl))
  }
  const body = await response.text()
  return { ok: true, data: { status: response.status, body, eventId: eventIdOf(body) } satisfies TestAnswer } as const
}

const answerSchema = z.object({ event_id: z.string() })

function eventIdOf(body: string): string | null {
  try {
    return answerSchema.safeParse(JSON.parse(body)).data?.event_id ?? null
  } catch {
    // An answer of something in front of ingest; shown as it is.
    return null
  }
}
