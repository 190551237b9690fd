export type KeyStatus = 'active' | 'expiring' | 'rotating_out' | 'expired' | 'revoked' | 'disabled'

/** What a key's state is derived from. */
export type KeyTimes = {
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly disabledAt: Date | null
  /** Set once the key was rotated: how long it goes on living. */
  readonly overlapEndsAt: Date | null
}

const expiringMs = 7 * 24 * 3_600_000

/**
 * The one place that says what state a key is in; ingest, console and CLI ask here. An instant that a key ends at is
 * already over. What cannot be undone comes before what can: a disabled key that expired is expired.
 */
export function keyStatus(key: KeyTimes, now: Date): KeyStatus {
  const isOver = (end: Date | null) => end !== null && end.getTime() <= now.getTime()
  if (key.revokedAt !== null) return 'revoked'
  if (isOver(key.expiresAt) || isOver(key.overlapEndsAt)) return 'expired'
  if (key.disabledAt !== null) return 'disabled'
  if (key.overlapEndsAt !== null) return 'rotating_out'
  if (key.expiresAt !== null && key.expiresAt.getTime() - now.getTime() < expiringMs) return 'expiring'
  return 'active'
}
