import type { ApiKey, KeyStatus } from '@eventmesh/db'

/** A key as the browser gets it: never more than what may be shown again. Times are RFC 3339. */
export type KeyRow = {
  readonly id: string
  readonly name: string
  readonly display: string
  readonly mode: 'live' | 'test'
  readonly status: KeyStatus
  readonly allowedIps: readonly string[]
  readonly createdBy: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly rotatedAt: string | null
  readonly overlapEndsAt: string | null
  readonly replaces: LinkedKey | null
  readonly replacedBy: LinkedKey | null
  readonly lastUsedAt: string | null
  readonly lastUsedIp: string | null
  /** By hour, the oldest first; the last one is the running hour. */
  readonly usage: readonly HourOfUse[]
}

export type LinkedKey = { readonly id: string; readonly name: string; readonly display: string }

export type HourOfUse = { readonly accepted: number; readonly rejected: number }

export type DayOfOutcomes = {
  readonly at: string
  readonly values: Readonly<Record<'accepted' | 'duplicate' | 'quarantined' | 'rejected', number>>
}

/** `others`: where the keys before and after it are looked up. */
export function toRow(key: ApiKey, usage: readonly HourOfUse[], others: readonly ApiKey[]): KeyRow {
  const time = (at: Date | null) => at?.toISOString() ?? null
  const linked = (id: string | null) => {
    const other = others.find((each) => each.id === id)
    return other === undefined ? null : { id: other.id, name: other.name, display: other.display }
  }
  return {
    id: key.id,
    name: key.name,
    display: key.display,
    mode: key.mode,
    status: key.status,
    allowedIps: key.allowedIps,
    createdBy: key.createdBy,
    createdAt: key.createdAt.toISOString(),
    expiresAt: time(key.expiresAt),
    rotatedAt: time(key.rotatedAt),
    overlapEndsAt: time(key.overlapEndsAt),
    replaces: linked(key.replaces),
    replacedBy: linked(key.replacedBy),
    lastUsedAt: time(key.lastUsedAt),
    lastUsedIp: key.lastUsedIp,
    usage,
  }
}

export function usedWithin24h(row: KeyRow, now: Date): boolean {
  return row.lastUsedAt !== null && now.getTime() - new Date(row.lastUsedAt).getTime() < 86_400_000
}
