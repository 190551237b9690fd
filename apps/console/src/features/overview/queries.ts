import 'server-only'
import { type Attention, events, type Series, stats, type Top, type TopDimension } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import { orNone } from '../../server/or-none.ts'
import type { Member } from '../../server/session.ts'
import { type OverviewRange, rangeMs } from './range.ts'

export const dimensions = ['type', 'source', 'key', 'reason'] as const satisfies readonly TopDimension[]
export type Dimension = (typeof dimensions)[number]

/** Each card's data by itself; undefined: it could not be loaded, and the others could. */
export type OverviewData = {
  readonly series: Series | undefined
  readonly tops: Readonly<Record<Dimension, Top | undefined>>
  readonly attention: Attention | undefined
}

const rowsMax = { short: 8, all: 100 }

/** `all`: the list that is shown whole. */
export async function overview(
  { tenant }: Member,
  range: OverviewRange,
  all: Dimension | undefined,
  now: Date,
): Promise<OverviewData> {
  const db = database()
  const span =
    range.name === 'custom'
      ? { from: range.from, to: range.to }
      : { from: new Date(now.getTime() - rangeMs[range.name]), to: now }
  const top = (dimension: Dimension) =>
    orNone(
      'overview',
      stats.top(db, tenant.id, { ...span, dimension, limit: dimension === all ? rowsMax.all : rowsMax.short }, now),
    )
  const [series, attention, type, source, key, reason] = await Promise.all([
    orNone('overview', stats.series(db, tenant.id, span, now)),
    orNone('overview', stats.attention(db, tenant.id, now)),
    top('type'),
    top('source'),
    top('key'),
    top('reason'),
  ])
  return { series, attention, tops: { type, source, key, reason } }
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
