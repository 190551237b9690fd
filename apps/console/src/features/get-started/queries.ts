import 'server-only'
import { events, keys } from '@eventmesh/db'
import { parseSearch, type SearchTerm } from '@eventmesh/db/search-grammar'
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

export type Progress = { readonly done: number; readonly of: number }

/** A key, something that was sent, an event that was accepted; undefined: all of it. */
export async function progressOf({ tenant }: Member): Promise<Progress | undefined> {
  const db = database()
  const first = (terms: readonly SearchTerm[]) => events.page(db, tenant.id, { terms, limit: 1 })
  const accepted = parseSearch('outcome:accepted')
  const [all, sent, taken] = await Promise.all([
    keys.list(db, tenant.id),
    first([]),
    first(accepted.ok ? accepted.terms : []),
  ])
  const steps = [all.length > 0, sent.ok && sent.rows.length > 0, taken.ok && taken.rows.length > 0]
  return steps[2] ? undefined : { done: steps.filter(Boolean).length, of: steps.length }
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
