import 'server-only'
import { type Attention, events, type Series, stats, type Top, type TopDimension } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'
import { type RangeName, ranges } from './range.ts'

const dimensions = ['type', 'source', 'key', 'reason'] as const satisfies readonly TopDimension[]

export type OverviewData = {
  readonly at: string
  readonly series: Series
  readonly tops: Readonly<Record<(typeof dimensions)[number], Top>>
  readonly attention: Attention
}

export async function overview({ tenant }: Member, range: RangeName): Promise<OverviewData> {
  const db = database()
  const now = new Date()
  const span = { from: new Date(now.getTime() - ranges[range].ms), to: now }
  const [series, attention, ...tops] = await Promise.all([
    stats.series(db, tenant.id, span, now),
    stats.attention(db, tenant.id, now),
    ...dimensions.map((dimension) => stats.top(db, tenant.id, { ...span, dimension }, now)),
  ])
  return {
    at: now.toISOString(),
    series,
    attention,
    tops: Object.fromEntries(dimensions.map((dimension, n) => [dimension, tops[n]])) as OverviewData['tops'],
  }
}

/** Until the first accepted event there is nothing to look over. */
export async function hasAccepted({ tenant }: Member): Promise<boolean> {
  const outcome = {
    kind: 'field',
    isNegated: false,
    field: 'outcome',
    values: [{ kind: 'text', text: 'accepted' }],
  } as const
  const found = await events.page(database(), tenant.id, { terms: [outcome], limit: 1 })
  return found.ok && found.rows.length > 0
}
