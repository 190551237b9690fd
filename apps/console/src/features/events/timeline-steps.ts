import type { ReasonCode } from '@eventmesh/envelope'
import type { EventRow } from './event-row.ts'
import type { EventView } from './queries.ts'

/** `ms` null: it is not known how long it took. */
export type Step = {
  readonly step: string
  readonly ms: number | null
  /** It ended there: why, and how long after the request began. */
  readonly fault?: { readonly reason: string; readonly afterMs: number | null }
}

const order = ['request', 'authenticate', 'limit', 'body', 'verify', 'validate', 'dedupe', 'envelope'] as const
type Name = (typeof order)[number]

/** The step of ingest that refuses with it. */
const stepOf: Readonly<Record<ReasonCode, Name>> = {
  media_type_unsupported: 'request',
  idempotency_key_invalid: 'request',
  header_repeated: 'request',
  key_expired: 'authenticate',
  key_revoked: 'authenticate',
  key_disabled: 'authenticate',
  scope_missing: 'authenticate',
  ip_not_allowed: 'authenticate',
  tenant_suspended: 'authenticate',
  source_paused: 'authenticate',
  source_deleted: 'authenticate',
  rate_limited: 'limit',
  payload_too_large: 'body',
  body_timeout: 'body',
  signature_missing: 'verify',
  signature_mismatch: 'verify',
  timestamp_skew: 'verify',
  body_malformed: 'validate',
  schema_invalid: 'validate',
  batch_too_large: 'validate',
  idempotency_key_required: 'validate',
  idempotency_mismatch: 'dedupe',
  idempotency_in_flight: 'dedupe',
}

type Ended = {
  readonly facts: Pick<EventRow, 'outcome' | 'reason' | 'latencyMs'> & {
    readonly source: { readonly id: string | null }
  }
  readonly timeline: EventView['timeline']
}

/** Of a refusal the steps that it passed and the one that ended it; of all else the times that were taken. */
export function stepsOf({ facts, timeline }: Ended): readonly Step[] {
  const { outcome, reason, source, latencyMs } = facts
  const failing = reason === null ? undefined : failingStep(reason)
  if (outcome !== 'rejected' || reason === null || failing === undefined) {
    const fault = reason === null ? undefined : { reason, afterMs: null }
    return timeline.map((each) => (fault !== undefined && each.step === failing ? { ...each, fault } : each))
  }
  const passed = order
    .slice(0, order.indexOf(failing))
    .filter((step) => step !== 'limit' && (step !== 'verify' || source.id !== null))
  return [
    ...passed.map((step) => ({ step, ms: null })),
    { step: failing, ms: null, fault: { reason, afterMs: latencyMs } },
  ]
}

function failingStep(reason: string): Name | undefined {
  return Object.entries(stepOf).find(([code]) => code === reason)?.[1]
}
