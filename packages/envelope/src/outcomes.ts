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

/** "How to fix", a sentence per reason; names, times and limits of the case stand in the outcome's problem. */
export const fixTexts: Readonly<Record<ReasonCode, string>> = {
  key_expired: 'The key has expired or its rotation overlap has ended. Deploy the newest key, or create one.',
  key_revoked: 'The key was revoked. Deploy another key; a revoked one cannot be restored.',
  key_disabled: 'The key is disabled. Enable it, or deploy another key.',
  scope_missing: 'The key lacks the scope events:write. Create a key with it.',
  ip_not_allowed:
    "The caller's address is in none of the key's allowed ranges. Add its range to the key, or send from an allowed one.",
  tenant_suspended: 'The organization is suspended by the operator. Ask the operator to resume it.',
  source_paused: 'The source is paused. Resume it; a provider that retries then delivers again.',
  source_deleted: 'The source was deleted. Remove its URL at the provider.',
  signature_missing:
    'The request carries no signature. Turn signing on at the provider, or check that a proxy keeps its header.',
  signature_mismatch:
    "The signature fits none of the source's secrets. Compare the secret with the provider's, and let nothing change the body on its way.",
  timestamp_skew:
    "The signed time lies outside the tolerance. Correct the sender's clock, or do not replay old deliveries.",
  media_type_unsupported:
    'Send application/json, application/cloudevents+json, or CloudEvents headers with the data as body; batches also as application/cloudevents-batch+json or application/x-ndjson.',
  body_malformed: 'The body is not the JSON that its media type says. Correct it at the marked place.',
  schema_invalid: 'The JSON is well formed but not a valid event. Correct the marked members.',
  payload_too_large: 'The body or the event in it is above the limit. Send less, or raise the limit of the source.',
  idempotency_mismatch: 'The key belongs to an event with another body. A new body needs a new key.',
  idempotency_in_flight:
    'Another request with this key was still being answered. Send the same bytes again after the seconds in Retry-After.',
  rate_limited:
    'The bucket of the organization or of the key was empty. Wait the seconds in Retry-After, send in batches, or ask for a higher rate.',
  batch_too_large: 'The batch is above its limit of items or bytes. Split it.',
  body_timeout: 'The body did not arrive in time. Send it again over a better connection.',
  header_repeated: 'A header that may stand once stood twice. Remove one; a proxy may have added it.',
  idempotency_key_invalid: 'The key is not 1–255 visible ASCII characters without comma. Send one that is.',
  idempotency_key_required:
    'The organization requires a key. Send the header Idempotency-Key, or the member idempotency_key.',
}
