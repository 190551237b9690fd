import type { LoggedEvent } from './records.ts'

/** One try as its sender saw it. */
export type Attempt = {
  readonly tenantId: string
  /** native, native-test or a source's id */
  readonly scope: string
  /** The sender's idempotency key. */
  readonly key: string
  /** The payload's own bytes. */
  readonly payload: string
  /** ok: 2xx · fail: a definite 4xx (not 409) · info: everything else, a cut connection too. */
  readonly ending: 'ok' | 'fail' | 'info'
  readonly status: number | undefined
  readonly code: string | undefined
  readonly eventId: string | undefined
  readonly outcome: 'accepted' | 'duplicate' | undefined
}

/**
 * The promises of reliability.md section 5 that one run can decide from what senders saw and what the log holds; one
 * line per broken one, naming the first event that breaks it.
 */
export function violations(attempts: readonly Attempt[], log: readonly LoggedEvent[]): readonly string[] {
  return [
    first('I1: acknowledged and not on the log', lost(attempts, log)),
    first('I2: one key, two event ids', twoIds(attempts, log)),
    first('I5: the payload on the log is not what was sent', altered(attempts, log)),
    first('I7: refused and yet on the log', refusedButKept(attempts, log)),
  ].filter((line) => line !== undefined)
}

function first(name: string, found: readonly string[]): string | undefined {
  return found.length === 0 ? undefined : `${name}: ${found[0]} (${found.length} in all)`
}

function lost(attempts: readonly Attempt[], log: readonly LoggedEvent[]): readonly string[] {
  const kept = new Set(log.map(({ eventId }) => eventId))
  return attempts.filter(({ ending, eventId }) => ending === 'ok' && !kept.has(eventId ?? '')).map(({ key }) => key)
}

function twoIds(attempts: readonly Attempt[], log: readonly LoggedEvent[]): readonly string[] {
  const seen = new Map<string, string>()
  const answered = attempts.filter(({ eventId }) => eventId !== undefined)
  return [...answered, ...log].flatMap(({ tenantId, scope, key, eventId = '' }) => {
    const identity = `${tenantId} ${scope} ${key}`
    const earlier = seen.get(identity) ?? eventId
    seen.set(identity, earlier)
    return earlier === eventId ? [] : [key]
  })
}

/** The log holds only payloads that were sent under the key, and of an acknowledged try exactly its bytes. */
function altered(attempts: readonly Attempt[], log: readonly LoggedEvent[]): readonly string[] {
  const sent = new Map<string, Set<string>>()
  for (const { key, payload } of attempts) sent.set(key, (sent.get(key) ?? new Set()).add(payload))
  const foreign = log.filter(({ key, payload }) => sent.has(key) && !sent.get(key)?.has(payload)).map(({ key }) => key)
  const missing = attempts
    .filter(({ ending }) => ending === 'ok')
    .filter(({ key, payload }) => !log.some((record) => record.key === key && record.payload === payload))
    .map(({ key }) => key)
  return [...foreign, ...missing]
}

function refusedButKept(attempts: readonly Attempt[], log: readonly LoggedEvent[]): readonly string[] {
  const mayBeKept = new Set(
    attempts.filter(({ ending }) => ending !== 'fail').map(({ key, payload }) => `${key} ${payload}`),
  )
  return attempts
    .filter(({ ending, key, payload }) => ending === 'fail' && !mayBeKept.has(`${key} ${payload}`))
    .filter(({ key, payload }) => log.some((record) => record.key === key && record.payload === payload))
    .map(({ key }) => key)
}
