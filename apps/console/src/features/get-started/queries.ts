import 'server-only'
import { events, keys } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import { reasonText } from '../../server/reason-text.ts'
import type { Member } from '../../server/session.ts'
import { outcomeSeverity, outcomeText } from '../../words/outcomes.ts'
import type { Arrival } from './arrival.ts'
import { firstKeyPrefix } from './key-name.ts'

const rowsMax = 20

/** The test key that this page made for this person before; its text is gone. */
export async function earlierKey({ tenant, email }: Member) {
  const all = await keys.list(database(), tenant.id)
  const own = all.find(
    (key) =>
      key.createdBy === email && key.name.startsWith(firstKeyPrefix) && key.mode === 'test' && key.status === 'active',
  )
  return own && { display: own.display, createdAt: own.createdAt.toISOString() }
}

/** Where the index stands now: what comes after it is new to the page. */
export async function indexHead({ tenant }: Member): Promise<number> {
  return (await events.since(database(), tenant.id, { terms: [], limit: 1 })).seq
}

export async function arrivals(
  { tenant }: Member,
  after: number,
): Promise<{ readonly rows: readonly Arrival[]; readonly seq: number }> {
  const { rows, seq } = await events.since(database(), tenant.id, { terms: [], after, limit: rowsMax })
  return {
    seq,
    rows: rows.map((row) => ({
      id: row.items > 1 ? `${row.requestId}.${row.item}` : row.requestId,
      outcomeText: outcomeText[row.outcome],
      severity: outcomeSeverity[row.outcome],
      type: row.eventType,
      eventId: row.eventId,
      reason: row.reason,
      fix: row.outcome === 'rejected' ? (reasonText(row.reason)?.fix ?? null) : null,
      latencyMs: row.latencyMs,
    })),
  }
}
