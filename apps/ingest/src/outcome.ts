import { type ErrorCode, type EventId, errorCatalogue, type Issue, MeshError } from '@eventmesh/envelope'
import type { Answer } from '@eventmesh/providers'

/** Every way in which a request can end. `ack.ts` alone turns one into a response. */
export type Outcome =
  | (Kept & {
      readonly kind: 'accepted' | 'duplicate'
      /** The provider's own, instead of ours. */
      readonly answer?: Answer | undefined
    })
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Several items, each with its own ending: 202, 207 or 503. `answer`: the provider's own, when all are kept. */
  | { readonly kind: 'batch'; readonly endings: readonly Ending[]; readonly answer?: Answer | undefined }
  /** A provider asked whether the address is ours; never an event. */
  | { readonly kind: 'handshake'; readonly answer: Answer }
  /** What is not about events: health and the pages of the error catalogue. */
  | { readonly kind: 'page'; readonly status: number; readonly contentType: string; readonly text: string }
  /** The sender left before its body was complete: nobody to answer, nothing happened. */
  | { readonly kind: 'gone' }

/** Every way in which one event of a request can end. */
export type Ending =
  | (Kept & { readonly status: 'accepted' | 'duplicate' })
  /** Definite: these bytes are not on the log, and sending them again unchanged ends the same way. */
  | { readonly status: 'rejected'; readonly refusal: Refusal }
  /** Not kept as far as we know: send it again. */
  | { readonly status: 'unknown'; readonly refusal: Refusal }

type Kept = {
  readonly eventId: EventId
  readonly idempotencyKey: string
  /** A webhook that contradicts an acknowledged event: it is on the topic `quarantine`. */
  readonly isQuarantined?: boolean | undefined
}

export type Refusal = {
  readonly code: ErrorCode
  /** Instead of the code's own: a provider takes 4xx as final. */
  readonly status?: 503
  /** What happened and what to do; never a secret or a body. */
  readonly detail: string
  readonly errors?: readonly Issue[]
  readonly retryAfterSeconds?: number
  /** For `method_not_allowed`. */
  readonly allow?: string
  /** Once it is known: a sender without a key of its own repeats with this one. */
  readonly idempotencyKey?: string
}

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

export function refuse(code: ErrorCode, detail: string, more: Omit<Refusal, 'code' | 'detail'> = {}) {
  return { ok: false, refusal: { code, detail, ...more } } as const
}

export function statusOf({ code, status }: Refusal): number {
  return status ?? errorCatalogue[code].status
}

/** 1–5 s, so that senders that were refused together do not come back together. */
export function jitteredRetrySeconds(): number {
  return 1 + Math.floor(Math.random() * 5)
}

/** What the part that failed says of its return, else a guess. */
export function retrySecondsAfter(error: unknown): number {
  const waitMs = error instanceof MeshError ? error.retryAfterMs : undefined
  return waitMs === undefined ? jitteredRetrySeconds() : Math.max(1, Math.ceil(waitMs / 1_000))
}
