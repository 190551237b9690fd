import type { ReasonCode } from './outcomes.ts'

/** "How to fix", a sentence per reason, for whoever knows nothing else of the case. */
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

/** Whether a refusal with this code may be a tenant's, and so has a way out. */
export function isReasonCode(code: string): code is ReasonCode {
  return Object.hasOwn(fixTexts, code)
}

/** What is known of one refusal besides its reason. What is absent leaves the sentence general. */
export type FixValues = {
  readonly nowMs: number
  /** What the sender was told. */
  readonly detail?: string | undefined
  /** Of the request; 0: it was refused before it was read. */
  readonly bodyBytes?: number | undefined
  readonly ip?: string | undefined
  readonly key?: FixKey | undefined
  readonly source?: FixSource | undefined
  readonly suspendedAtMs?: number | undefined
}

/** A key as it is now. */
export type FixKey = {
  /** `em_live_…4QXa` */
  readonly display: string
  readonly endsAtMs: number | null
  readonly revokedAtMs: number | null
  readonly disabledAtMs: number | null
  readonly isRotated: boolean
  readonly rotatedBy: string | null
  readonly allowedIps: readonly string[]
}

/** A source as it is now, and what its provider does after a 503. */
export type FixSource = {
  readonly provider: string
  readonly retry: string | null
  readonly pausedAtMs: number | null
  readonly deletedAtMs: number | null
  readonly deletedBy: string | null
}

/** The sentence of a reason, with what is known of the case. */
export function fixText(reason: ReasonCode, values?: FixValues): string {
  return (values === undefined ? undefined : known[reason]?.(values)) ?? fixTexts[reason]
}

/** Undefined: what the sentence needs is not known. */
const known: { readonly [Reason in ReasonCode]?: (values: FixValues) => string | undefined } = {
  key_expired({ key, nowMs }) {
    if (key === undefined || key.endsAtMs === null || key.endsAtMs > nowMs) return undefined
    const by = key.rotatedBy === null ? '' : ` (rotated by ${key.rotatedBy})`
    const way = key.isRotated ? 'Deploy the new key.' : 'Create a new key and deploy it.'
    return `Key ${key.display} expired ${ago(key.endsAtMs, nowMs)}${by}. ${way}`
  },
  key_revoked({ key, nowMs }) {
    if (key === undefined || key.revokedAtMs === null) return undefined
    const when = ago(key.revokedAtMs, nowMs)
    return `Key ${key.display} was revoked ${when}. Deploy another key; a revoked one cannot be restored.`
  },
  key_disabled({ key, nowMs }) {
    if (key === undefined) return undefined
    return key.disabledAtMs === null
      ? `Key ${key.display} was disabled then, and is no longer. Send it again.`
      : `Key ${key.display} was disabled ${ago(key.disabledAtMs, nowMs)}. Enable it, or deploy another key.`
  },
  ip_not_allowed({ key, ip }) {
    if (key === undefined || ip === undefined || key.allowedIps.length === 0) return undefined
    return `${ip} is in none of the ranges of key ${key.display}: ${listed(key.allowedIps)}. Add its range to the key, or send from an allowed one.`
  },
  tenant_suspended({ suspendedAtMs }) {
    if (suspendedAtMs === undefined) return undefined
    return `Suspended by the operator on ${date(suspendedAtMs)}. Ask the operator to resume the organization.`
  },
  source_paused({ source }) {
    if (source === undefined) return undefined
    const state =
      source.pausedAtMs === null
        ? 'The source was paused then, and takes deliveries again.'
        : `The source is paused since ${date(source.pausedAtMs)}. Resume it to take deliveries again.`
    return source.retry === null ? state : `${state} How ${source.provider} retries: ${source.retry}.`
  },
  source_deleted({ source }) {
    if (source === undefined || source.deletedAtMs === null) return undefined
    const by = source.deletedBy === null ? '' : ` by ${source.deletedBy}`
    return `The source was deleted${by} on ${date(source.deletedAtMs)}. Remove the URL at ${source.provider}.`
  },
  payload_too_large({ detail, bodyBytes = 0, source }) {
    const limit = limitIn(detail)
    if (limit === undefined) return undefined
    const size = bodyBytes > limit.n ? `; the body had ${count(bodyBytes)}` : ''
    const way = source === undefined ? 'Send less in one event.' : 'Send less, or raise the limit of the source.'
    return `The limit is ${count(limit.n)} bytes${size}. ${way}`
  },
  batch_too_large({ detail }) {
    const limit = limitIn(detail)
    return limit && `The limit of a batch is ${count(limit.n)} ${limit.unit}. Split it.`
  },
  idempotency_in_flight({ detail }) {
    const seconds = secondsIn(detail)
    return (
      seconds && `Another request with this key was still being answered. Send the same bytes again after ${seconds} s.`
    )
  },
  rate_limited({ detail }) {
    const seconds = secondsIn(detail)
    const whose = /^the (organization|API key|source) /.exec(detail ?? '')?.[1]
    if (seconds === undefined || whose === undefined) return undefined
    return `The bucket of the ${whose} was empty. Wait ${seconds} s, send in batches, or ask for a higher rate.`
  },
}

/** The limit that ingest names in its answer. */
function limitIn(detail = ''): { readonly n: number; readonly unit: string } | undefined {
  const [, n, unit] = /more than (\d+) (bytes|items|events)/.exec(detail) ?? []
  return n === undefined || unit === undefined ? undefined : { n: Number(n), unit }
}

function secondsIn(detail = ''): string | undefined {
  return /after (\d+) s$/.exec(detail)?.[1]
}

const rangesMax = 5

function listed(ranges: readonly string[]): string {
  const more = ranges.length - rangesMax
  return ranges.slice(0, rangesMax).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const steps = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

function ago(atMs: number, nowMs: number): string {
  const ms = nowMs - atMs
  const step = steps.find(([, size]) => ms >= size)
  return step === undefined ? 'just now' : `${Math.floor(ms / step[1])} ${step[0]} ago`
}

const dates = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' })
const numbers = new Intl.NumberFormat('en-US')

function date(atMs: number): string {
  return dates.format(atMs)
}

function count(n: number): string {
  return numbers.format(n)
}
