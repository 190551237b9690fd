import type { Attempt } from './history.ts'

/** A record of the events topic, as the log's own tools show it, by partition and offset. */
export type CheckedRecord = {
  readonly partition: number
  readonly offset: number
  readonly tenantId: string
  readonly scope: string
  readonly key: string
  readonly eventId: string
  readonly requestId: string
  /** Header `em-item` before its slash. */
  readonly item: number
  readonly sha256: string
  /** Tenants whose canary stands in it. */
  readonly canariesOf: readonly string[]
}

/** A row of the index that came from the events topic. */
export type CheckedRow = {
  readonly tenantId: string
  readonly requestId: string
  readonly item: number
  readonly eventId: string | null
  readonly outcome: string
}

export type CheckedProcess = {
  readonly name: string
  readonly exit: { readonly code: number | null; readonly signal: string | null } | undefined
  /** The harness ended it without a word. */
  readonly isKilled: boolean
  /** The first line of its output that says that nobody caught something. */
  readonly uncaught: string | undefined
  readonly rssBytesMax: number
}

/** What each tenant saw of others, beside the records: where it stood. */
export type Leak = { readonly where: string; readonly canaryOf: string }

export type Counters = {
  readonly received: number
  readonly acknowledged: number
  readonly rejected: number
  readonly unknown: number
}

export type Evidence = {
  readonly attempts: readonly Attempt[]
  readonly log: readonly CheckedRecord[]
  readonly index: readonly CheckedRow[]
  readonly deadLetters: number
  readonly leaks: readonly Leak[]
  readonly processes: readonly CheckedProcess[]
  /** From the end of the last fault to the last answer that was not 2xx; null: it never healed. */
  readonly healedMs: number | null
  /** Of ingest's own metrics; null where a process was killed, which takes its counters along. */
  readonly counters: Counters | null
}

export type Verdict = {
  readonly invariant: string
  readonly promise: string
  readonly holds: boolean | null
  /** Checked, or found: the first event that breaks it. */
  readonly detail: string
}

export const bounds = { deadlineMs: 12_000, rssBytesMax: 512 * 1_048_576, healMs: 30_000 }

/** Reliability.md, section 5. Of a broken promise the first event that breaks it is named. */
export function check(evidence: Evidence): readonly Verdict[] {
  return [
    verdict('I1', 'every acknowledged event is on the log', evidence.attempts.length, lost(evidence)),
    verdict('I2', 'one id per tenant, scope and key', evidence.log.length, twoIds(evidence)),
    verdict('I3', 'one effect per event, and the index equals the log', evidence.index.length, effects(evidence)),
    verdict('I4', 'nothing of one tenant at another', evidence.log.length, leaked(evidence)),
    verdict('I5', 'the bytes on the log are the sent ones', evidence.log.length, altered(evidence)),
    verdict(
      'I6',
      'order per ordering key',
      evidence.attempts.filter(({ order }) => order).length,
      disordered(evidence),
    ),
    verdict(
      'I7',
      'what was refused is not on the log',
      evidence.attempts.filter(isFail).length,
      refusedButKept(evidence),
    ),
    verdict(
      'I8',
      'every request ends in time, memory is bounded, nothing uncaught',
      slowest(evidence),
      unbounded(evidence),
    ),
    verdict('I9', 'healed within 30 s, without a restart', healing(evidence), notHealed(evidence)),
    evidence.counters === null
      ? { invariant: 'I10', promise: 'counters add up', holds: null, detail: 'not decided: a process was killed' }
      : verdict('I10', 'counters add up', evidence.counters.received, miscounted(evidence, evidence.counters)),
  ]
}

function verdict(invariant: string, promise: string, checked: number | string, broken: readonly string[]): Verdict {
  const holds = broken.length === 0
  const seen = typeof checked === 'number' ? `${checked} checked` : checked
  const detail = holds ? seen : `${broken[0]} (${broken.length} in all)`
  return { invariant, promise, holds, detail }
}

function slowest({ attempts }: Evidence): string {
  const took = attempts.reduce((most, { sentMs, endedMs }) => Math.max(most, endedMs - sentMs), 0)
  return `${attempts.length} checked, the slowest ended after ${Math.round(took)} ms`
}

function healing({ healedMs }: Evidence): string {
  return `the last failure came ${Math.round(healedMs ?? 0)} ms after the last fault`
}

function isFail({ ending }: Attempt): boolean {
  return ending === 'fail'
}

function identity({ tenantId, scope, key }: Pick<Attempt, 'tenantId' | 'scope' | 'key'>): string {
  return `${tenantId} ${scope} ${key}`
}

function lost({ attempts, log }: Evidence): string[] {
  const kept = new Set(log.map(({ eventId }) => eventId))
  return attempts
    .filter(({ ending, eventId }) => ending === 'ok' && !kept.has(eventId ?? ''))
    .map(({ id, key, eventId }) => `attempt ${id}, key ${key}: acknowledged as ${eventId}, which is not on the log`)
}

function twoIds({ attempts, log }: Evidence): string[] {
  const ids = new Map<string, string>()
  const keys = new Map<string, string>()
  const broken: string[] = []
  const named = attempts.filter(({ eventId, key }) => eventId !== null && key !== null)
  for (const each of [...named, ...log]) {
    const name = identity(each)
    const eventId = each.eventId ?? ''
    const earlierId = ids.get(name) ?? eventId
    const earlierName = keys.get(eventId) ?? name
    ids.set(name, earlierId)
    keys.set(eventId, earlierName)
    if (earlierId !== eventId) broken.push(`${name}: ${earlierId} and ${eventId}`)
    if (earlierName !== name) broken.push(`${eventId}: of ${earlierName} and of ${name}`)
  }
  return broken
}

/** A record of a request's item has one row; of the records of one event the first alone counts as its effect. */
function effects({ log, index, deadLetters }: Evidence): string[] {
  const broken: string[] = []
  const rows = new Map<string, CheckedRow>()
  for (const row of index) {
    const place = `${row.requestId}.${row.item}`
    if (rows.has(place)) broken.push(`${place}: two rows`)
    rows.set(place, row)
  }
  const accepted = new Map<string, number>()
  for (const { eventId, outcome } of index) {
    if (outcome === 'accepted') accepted.set(eventId ?? '', (accepted.get(eventId ?? '') ?? 0) + 1)
  }
  const seen = new Map<string, CheckedRecord>()
  let missing = 0
  for (const record of log) {
    const place = `${record.requestId}.${record.item}`
    const row = rows.get(place)
    const isFirst = !seen.has(record.eventId)
    if (isFirst) seen.set(record.eventId, record)
    if (row === undefined) {
      missing += 1
      if (missing > deadLetters) broken.push(`${place} of ${record.eventId}: on the log and not in the index`)
    } else if (row.eventId !== record.eventId || row.tenantId !== record.tenantId) {
      broken.push(`${place}: ${record.eventId} on the log, ${row.eventId} in the index`)
    } else if (isFirst && row.outcome !== 'accepted') {
      broken.push(`${record.eventId}: its first record is ${row.outcome} in the index`)
    }
  }
  for (const [eventId, count] of accepted) {
    if (count > 1) broken.push(`${eventId}: ${count} effects`)
    if (!seen.has(eventId)) broken.push(`${eventId}: in the index and not on the log`)
  }
  return broken
}

function leaked({ attempts, log, leaks }: Evidence): string[] {
  return [
    ...attempts
      .filter(({ isForeign }) => isForeign)
      .map(({ id }) => `attempt ${id}: its answer holds another tenant's canary`),
    ...log.flatMap(({ eventId, tenantId, canariesOf }) =>
      canariesOf.filter((of) => of !== tenantId).map((of) => `${eventId} of ${tenantId}: canary of ${of}`),
    ),
    ...leaks.map(({ where, canaryOf }) => `${where}: canary of ${canaryOf}`),
  ]
}

function altered({ attempts, log }: Evidence): string[] {
  const sent = new Map<string, Set<string>>()
  for (const attempt of attempts) {
    const name = identity(attempt)
    sent.set(name, (sent.get(name) ?? new Set()).add(attempt.sha256))
  }
  const kept = new Map<string, Set<string>>()
  for (const record of log) kept.set(record.eventId, (kept.get(record.eventId) ?? new Set()).add(record.sha256))
  return [
    ...log
      .filter((record) => !sent.get(identity(record))?.has(record.sha256))
      .map(
        ({ eventId, key, partition, offset }) =>
          `${eventId}, key ${key} at ${partition}/${offset}: nobody sent these bytes`,
      ),
    ...attempts
      .filter(
        ({ ending, eventId, sha256 }) =>
          ending === 'ok' && kept.has(eventId ?? '') && !kept.get(eventId ?? '')?.has(sha256),
      )
      .map(({ id, eventId }) => `attempt ${id}: ${eventId} is on the log with other bytes`),
  ]
}

function disordered({ attempts, log }: Evidence): string[] {
  const firsts = new Map<string, CheckedRecord>()
  for (const record of log) if (!firsts.has(record.eventId)) firsts.set(record.eventId, record)
  const chains = new Map<string, Map<number, CheckedRecord>>()
  for (const { order, ending, eventId } of attempts) {
    const record = firsts.get(eventId ?? '')
    if (order === null || ending !== 'ok' || record === undefined) continue
    const chain = chains.get(order.key) ?? new Map<number, CheckedRecord>()
    chains.set(order.key, chain.set(order.n, record))
  }
  return [...chains].flatMap(([key, chain]) => {
    const numbers = [...chain.keys()].toSorted((a, b) => a - b)
    return numbers.slice(1).flatMap((n, at) => {
      const [before, record] = [chain.get(numbers[at]!)!, chain.get(n)!]
      if (record.partition !== before.partition) return [`${key}: number ${n} is in another partition`]
      return record.offset > before.offset
        ? []
        : [`${key}: number ${n} (${record.eventId}) stands before ${numbers[at]}`]
    })
  })
}

function refusedButKept({ attempts, log }: Evidence): string[] {
  const bytes = (of: Pick<Attempt, 'tenantId' | 'scope' | 'key' | 'sha256'>): string => `${identity(of)} ${of.sha256}`
  const mayBeKept = new Set(attempts.filter((attempt) => !isFail(attempt)).map(bytes))
  const kept = new Set(log.map(bytes))
  return attempts
    .filter((attempt) => isFail(attempt) && kept.has(bytes(attempt)) && !mayBeKept.has(bytes(attempt)))
    .map(({ id, key, status, code }) => `attempt ${id}, key ${key}: ${status} ${code}, and yet on the log`)
}

function unbounded({ attempts, processes }: Evidence): string[] {
  return [
    ...attempts
      .filter(({ sentMs, endedMs }) => endedMs - sentMs > bounds.deadlineMs)
      .map(
        ({ id, through, sentMs, endedMs }) => `attempt ${id} through ${through}: ${Math.round(endedMs - sentMs)} ms`,
      ),
    ...processes.flatMap(({ name, exit, isKilled, uncaught, rssBytesMax }) => [
      ...(uncaught === undefined ? [] : [`${name}: ${uncaught}`]),
      ...(isKilled || exit?.code === 0 ? [] : [`${name}: ended with ${exit?.signal ?? exit?.code ?? 'nothing'}`]),
      ...(rssBytesMax > bounds.rssBytesMax ? [`${name}: ${Math.round(rssBytesMax / 1_048_576)} MiB`] : []),
    ]),
  ]
}

function notHealed({ healedMs }: Evidence): string[] {
  if (healedMs === null) return ['it did not heal']
  return healedMs > bounds.healMs ? [`the last failure came ${Math.round(healedMs)} ms after the last fault`] : []
}

function miscounted({ attempts, log, index, deadLetters }: Evidence, counters: Counters): string[] {
  const count = (ending: Attempt['ending']): number => attempts.filter((attempt) => attempt.ending === ending).length
  const { received, acknowledged, rejected, unknown } = counters
  const places = new Set(log.map(({ requestId, item }) => `${requestId}.${item}`)).size
  const pairs = [
    ['received, and acknowledged + rejected + unknown', received, acknowledged + rejected + unknown],
    ['acknowledged by ingest, and as senders saw it', acknowledged, count('ok')],
    ['rejected by ingest, and as senders saw it', rejected, count('fail')],
    ['unknown to ingest, and to senders', unknown, count('info')],
    ['records, and rows + dead letters', places, index.length + deadLetters],
  ] as const
  return pairs.filter(([, one, other]) => one !== other).map(([what, one, other]) => `${what}: ${one} and ${other}`)
}
