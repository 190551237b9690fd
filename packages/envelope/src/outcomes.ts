import { z } from 'zod'
import { type ErrorCode, type errorCatalogue, isErrorCode } from './errors.ts'
import { isUuid } from './ids.ts'
import { scanDocument } from './json.ts'
import type { EventId, KeyId, RequestId, TenantId } from './names.ts'
import { checkUtf8 } from './text.ts'
import { isEnvelopeTime } from './time.ts'

/**
 * What became of one item of a request: *accepted* = a new envelope on the log · *duplicate* = its key was settled with
 * the same bytes · *rejected* = refused, and a tenant's · *quarantined* = a used key with another body · *copy* = a
 * further record of an indexed event (the indexer's word, never ingest's).
 */
export type Outcome = 'accepted' | 'duplicate' | 'rejected' | 'quarantined' | 'copy'

/** Codes with which a tenant's request may be rejected. */
export type ReasonCode = {
  [Code in ErrorCode]: (typeof errorCatalogue)[Code]['reason'] extends true ? Code : never
}[ErrorCode]

/** How loud an outcome is on a list or a chart; the normal case is quiet. */
export type Severity = 'ok' | 'dup' | 'warn' | 'bad' | 'neutral'

export function severity(outcome: Outcome): Severity {
  switch (outcome) {
    case 'accepted':
      return 'ok'
    case 'duplicate':
      return 'dup'
    case 'quarantined':
      return 'warn'
    case 'rejected':
      return 'bad'
    case 'copy':
      return 'neutral'
  }
}

const uuid = <Id extends string>() => z.custom<Id>((value) => typeof value === 'string' && isUuid(value), 'not a UUID')
const time = z.string().refine(isEnvelopeTime, 'not a UTC time with milliseconds')
const count = z.int().min(0)
const code = z.custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value), 'not in the catalogue')
const outcome = z.enum(['duplicate', 'rejected', 'quarantined'])
const mode = z.enum(['live', 'test'])

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code,
  detail: z.string(),
  request_id: z.string(),
  retryable: z.boolean(),
  idempotency_key: z.string().exactOptional(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).exactOptional(),
})

const outcomeRecord = z.object({
  outcome,
  tenant_id: uuid<TenantId>(),
  request_id: uuid<RequestId>(),
  /** Index of the item in its request, of `items` in all. */
  item: count,
  items: count,
  reason: code.nullable(),
  /** Of the answer. */
  status: z.int(),
  /** Of a duplicate the event that it repeats. */
  event_id: uuid<EventId>().nullable(),
  event_type: z.string().nullable(),
  /** Source id, `native` or `native-test`. */
  source: z.string(),
  key_id: uuid<KeyId>().nullable(),
  mode,
  idempotency_key: z.string().nullable(),
  occurred_at: time.nullable(),
  received_at: time,
  /** Bytes of the request's body. */
  size: count,
  latency_ms: z.number().min(0),
  ip: z.string().nullable(),
  trace_id: z.string().nullable(),
  content_type: z.string().nullable(),
  /** For the tenant's eyes only, never in the answer. */
  diagnosis: z.string().nullable(),
  problem: problem.nullable(),
  /** Redacted, at most `outcomeBodyBytesMax`. */
  body: z.object({ text: z.string(), truncated: z.boolean() }).nullable(),
})

/** What became of one item, on the topic `outcomes`: bounded and best effort, never part of a promise. */
export type OutcomeRecord = z.infer<typeof outcomeRecord>

const outcomeCounter = z.object({
  counter: z.literal(true),
  tenant_id: uuid<TenantId>(),
  outcome,
  reason: code.nullable(),
  key_id: uuid<KeyId>().nullable(),
  source: z.string(),
  mode,
  count: z.int().min(1),
  from: time,
  to: time,
})

/** Outcomes beyond the bounds, which were only counted: one record per key or source every 10 s. */
export type OutcomeCounter = z.infer<typeof outcomeCounter>

/** A rejection keeps this much of its body. */
export const outcomeBodyBytesMax = 4_000

export function encodeOutcome(record: OutcomeRecord | OutcomeCounter): Buffer {
  return Buffer.from(JSON.stringify(record))
}

export type DecodedOutcome =
  | { readonly ok: true; readonly kind: 'record'; readonly record: OutcomeRecord }
  | { readonly ok: true; readonly kind: 'counter'; readonly counter: OutcomeCounter }
  | { readonly ok: false; readonly detail: string }

/** Members that this version does not know are dropped: a newer ingest may write before this reader is replaced. */
export function decodeOutcome(value: Buffer): DecodedOutcome {
  const encoding = checkUtf8(value)
  if (encoding !== undefined) return { ok: false, detail: encoding.detail }
  const document = scanDocument(value, { depthMax: 8, membersMax: 10_000 })
  if (!document.ok) return { ok: false, detail: document.fault.detail }

  const parsed: unknown = JSON.parse(value.toString('utf8'))
  if (document.members.some((member) => member.name === 'counter')) {
    const counter = outcomeCounter.safeParse(parsed)
    return counter.success ? { ok: true, kind: 'counter', counter: counter.data } : refused(counter.error)
  }
  const record = outcomeRecord.safeParse(parsed)
  return record.success ? { ok: true, kind: 'record', record: record.data } : refused(record.error)
}

function refused(error: z.ZodError): DecodedOutcome {
  return { ok: false, detail: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') }
}
