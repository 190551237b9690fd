import type { SourceStatus } from '@eventmesh/db'
import type { Bar } from '../../ui/spark.tsx'

/** A source as the browser gets it. Times are RFC 3339. */
export type SourceRow = {
  readonly id: string
  readonly name: string
  readonly provider: { readonly id: string; readonly name: string; readonly scheme: string }
  readonly mode: 'live' | 'test'
  readonly status: SourceStatus
  readonly options: Readonly<Record<string, string>>
  readonly createdAt: string
  readonly createdBy: string | null
  readonly pausedAt: string | null
  readonly previousUrlEndsAt: string | null
  readonly secretLearnedAt: string | null
  readonly lastReceivedAt: string | null
  readonly lastHandshake: { readonly at: string; readonly isOk: boolean } | null
  readonly usualGapMs: number | null
  readonly activeSecrets: number
  /** By hour, the oldest first. */
  readonly usage: readonly Bar[]
}

/** The API itself, which is no source that anybody made. */
export type DirectRow = {
  readonly mode: 'live' | 'test'
  readonly status: SourceStatus
  readonly lastReceivedAt: string | null
  readonly usage: readonly Bar[]
}

export type SecretRow = {
  readonly id: string
  readonly fingerprint: string
  readonly origin: 'given' | 'learned'
  readonly createdAt: string
  readonly createdBy: string | null
  readonly lastMatchedAt: string | null
}

/** One delivery: how it was proved, and what became of it. */
export type DeliveryRow = {
  /** As its page is called. */
  readonly id: string
  readonly at: string
  readonly verdict: 'pass' | 'fail' | null
  readonly outcome: string | null
  readonly type: string | null
  readonly reason: string | null
  readonly diagnosis: string | null
  readonly detail: string | null
  readonly fix: string | null
  readonly evidence: Readonly<Record<string, string | number | null>>
}

export type SourceRights = { readonly write: boolean; readonly secret: boolean; readonly delete: boolean }
