/**
 * The one error catalogue. Every refusal that leaves EventMesh has one of these codes; `docs/errors.md` has a heading
 * for each (a test compares them both ways), and every problem's `type` opens that heading.
 *
 * `retryable`: whether the same bytes, sent again later without a change, can be accepted.
 * `reason`: whether a refusal with this code may be kept as a *rejected* outcome of a tenant. What is not attributable
 * to a tenant (an unknown key) and what decides nothing (our own 503s) is an operator's metric only.
 */
export const errorCatalogue = {
  key_missing: { status: 401, title: 'API key missing', retryable: false, reason: false },
  key_invalid: { status: 401, title: 'API key not known', retryable: false, reason: false },
  key_expired: { status: 401, title: 'API key expired', retryable: false, reason: true },
  key_revoked: { status: 401, title: 'API key revoked', retryable: false, reason: true },
  key_disabled: { status: 401, title: 'API key disabled', retryable: false, reason: true },
  scope_missing: { status: 403, title: 'API key lacks the scope', retryable: false, reason: true },
  ip_not_allowed: { status: 403, title: 'Address not allowed for this API key', retryable: false, reason: true },
  tenant_suspended: { status: 403, title: 'Organization suspended', retryable: false, reason: true },
  source_unknown: { status: 404, title: 'Source not known', retryable: false, reason: false },
  source_deleted: { status: 410, title: 'Source deleted', retryable: false, reason: true },
  source_paused: { status: 503, title: 'Source paused', retryable: true, reason: true },
  signature_missing: { status: 401, title: 'Signature missing', retryable: false, reason: true },
  signature_mismatch: { status: 401, title: 'Signature does not match', retryable: false, reason: true },
  timestamp_skew: { status: 401, title: 'Signed timestamp outside the tolerance', retryable: false, reason: true },
  challenge_invalid: { status: 400, title: 'Handshake challenge not acceptable', retryable: false, reason: false },
  media_type_unsupported: { status: 415, title: 'Media type not supported', retryable: false, reason: true },
  body_malformed: { status: 400, title: 'Body malformed', retryable: false, reason: true },
  schema_invalid: { status: 422, title: 'Event not valid', retryable: false, reason: true },
  payload_too_large: { status: 413, title: 'Body too large', retryable: false, reason: true },
  idempotency_mismatch: {
    status: 422,
    title: 'Idempotency key used with another body',
    retryable: false,
    reason: true,
  },
  idempotency_in_flight: { status: 409, title: 'Idempotency key in flight', retryable: true, reason: true },
  rate_limited: { status: 429, title: 'Rate limit reached', retryable: true, reason: true },
  batch_too_large: { status: 413, title: 'Batch too large', retryable: false, reason: true },
  body_timeout: { status: 408, title: 'Body arrived too slowly', retryable: true, reason: true },
  header_repeated: { status: 400, title: 'Header repeated', retryable: false, reason: true },
  headers_too_large: { status: 431, title: 'Headers too large', retryable: false, reason: false },
  idempotency_key_invalid: { status: 400, title: 'Idempotency key not acceptable', retryable: false, reason: true },
  idempotency_key_required: { status: 400, title: 'Idempotency key required', retryable: false, reason: true },
  route_unknown: { status: 404, title: 'Route not known', retryable: false, reason: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', retryable: false, reason: false },
  uri_too_long: { status: 414, title: 'URL too long', retryable: false, reason: false },
  request_malformed: { status: 400, title: 'Request malformed', retryable: false, reason: false },
  log_unavailable: { status: 503, title: 'Event log unavailable', retryable: true, reason: false },
  log_unknown: { status: 503, title: 'Event log did not confirm', retryable: true, reason: false },
  claims_unavailable: { status: 503, title: 'Idempotency store unavailable', retryable: true, reason: false },
  auth_unavailable: { status: 503, title: 'Key store unavailable', retryable: true, reason: false },
  overloaded: { status: 503, title: 'Overloaded', retryable: true, reason: false },
  draining: { status: 503, title: 'Shutting down', retryable: true, reason: false },
  internal: { status: 500, title: 'Internal error', retryable: true, reason: false },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

export type ErrorEntry = {
  readonly status: number
  readonly title: string
  readonly retryable: boolean
  readonly reason: boolean
}

/** Broken infrastructure or a bug, thrown; expected endings are values (`Outcome`), never this. */
export class MeshError extends Error {
  override readonly name = 'MeshError'
  readonly code: ErrorCode
  readonly retryable: boolean
  /** When whoever threw it knows it: an earlier try cannot help. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: MeshErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    this.retryable = options.retryable ?? errorCatalogue[code].retryable
  }
}

type MeshErrorOptions = {
  readonly cause?: unknown
  readonly retryable?: boolean
  readonly retryAfterMs?: number
}

/** One entry of a problem's `errors` member. `pointer` is an RFC 6901 JSON pointer into the request body. */
export type Issue = { readonly pointer: string; readonly code: string; readonly detail: string }

/** `application/problem+json` (RFC 9457) as every refusal of ingest carries it. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail: string
  readonly request_id: string
  readonly retryable: boolean
  readonly idempotency_key?: string
  readonly errors?: readonly Issue[]
}

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorCatalogue, value)
}
