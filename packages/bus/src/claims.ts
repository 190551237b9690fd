import type { EventId, Scope, TenantId } from '@eventmesh/envelope'

/**
 * Claims: the short-lived right to publish one idempotency key, and afterwards the memory of its result.
 * They make retries cheap and conflicts visible; no promise to a sender rests on them alone (the log carries those).
 *
 *   absent ─claim▶ P(fp, owner, until) ─settle▶ D(fp, result) ─ttl▶ absent     absent ─settle▶ D     P ─pendingMs▶ absent
 *
 * Atomic per key; the clock is the store's, never the caller's. Each call answers in the given order and throws
 * `MeshError('claims_unavailable')` within 250 ms when the store cannot answer. Each adapter passes
 * `contract/claims.contract.ts` unchanged.
 */
export interface Claims {
  /** One round trip for all keys of the call. */
  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimAnswer[]>
  /** Remembers the result of an append that has happened, whoever holds the claim: any owner's has the same id. */
  settle(requests: readonly SettleRequest[]): Promise<readonly SettleAnswer[]>
  /** Lets the next try take over at once; of another owner's claim it changes nothing. */
  yield(requests: readonly YieldRequest[]): Promise<void>
  /** Drops every claim (after a log was restored or moved); answers how many. */
  reset(): Promise<number>
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
  close(): Promise<void>
}

export type ClaimKey = { readonly tenantId: TenantId; readonly scope: Scope; readonly key: string }

export type ClaimRequest = ClaimKey & {
  /** Fingerprint of what is sent: 64 hex digits. */
  readonly fp: string
  /** Random per request: a repeat of the same owner's command (a lost reply) is won again. */
  readonly owner: string
}

export type ClaimAnswer =
  | { readonly state: 'won' }
  | { readonly state: 'settled'; readonly result: ClaimResult }
  | { readonly state: 'in-flight'; readonly retryAfterMs: number }
  /** An acknowledged event has this key and another fingerprint. */
  | { readonly state: 'conflict'; readonly fp: string }

export type ClaimResult = {
  readonly eventId: EventId
  /** Milliseconds since 1970. */
  readonly acceptedAtMs: number
  readonly partition: number
  readonly offset: number
}

export type SettleRequest = ClaimKey & { readonly fp: string; readonly result: ClaimResult; readonly ttlMs: number }

export type SettleAnswer =
  | { readonly state: 'stored' }
  /** The first result stays. */
  | { readonly state: 'already'; readonly result: ClaimResult }
  | { readonly state: 'conflict'; readonly fp: string }

export type YieldRequest = ClaimKey & { readonly owner: string }

export const claimTimes = {
  /** How long a claim is exclusively its owner's. */
  leaseMs: 15_000,
  /** How long an unsettled claim is remembered. */
  pendingMs: 3_600_000,
  settledNativeMs: 24 * 3_600_000,
  settledWebhookMs: 7 * 24 * 3_600_000,
} as const
