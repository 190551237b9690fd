import type { TenantId } from '@eventmesh/envelope'
import { isUuid } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { keyNames, sourceNames } from './event-facts.ts'
import { asksForCopies, type Fragment } from './event-filter.ts'
import { type EventRange, type FixedRange, fixRange } from './event-range.ts'
import { reading } from './reading.ts'
import type { SearchField, SearchTerm, SearchValue } from './search-grammar.ts'
import { statsKeptMs } from './stats-range.ts'

export const facetFields = ['outcome', 'reason', 'type', 'source', 'key'] as const
export type FacetField = (typeof facetFields)[number]

export type FacetQuery = { readonly terms: readonly SearchTerm[]; readonly range?: EventRange | undefined }

export type Facet = {
  /** As the search takes it. */
  readonly value: string
  /** Of a source or key its name as it is now. */
  readonly name: string
  /** Items under the terms of the other fields; null: the sums cannot tell. */
  readonly n: number | null
}

export type EventFacets = {
  /** At most 50 of each field, the most frequent first. Modes are always `live` and `test`, uncounted. */
  readonly fields: Readonly<Record<FacetField, readonly Facet[]>>
  /** Items that match all terms; null: the sums cannot tell. */
  readonly total: number | null
  /** Counted in whole hours (a range from 24 h): show ≈. */
  readonly isApproximate: boolean
  /** Items beyond the bounds of what is kept: counted, without rows. */
  readonly notKept: readonly { readonly outcome: string; readonly reason: string | null; readonly n: number }[]
}

const valuesMax = 50
const hourMs = 3_600_000

/** Values and counts for the filters of the list, from the sums alone. */
export async function facets(
  db: Database,
  tenantId: TenantId,
  query: FacetQuery,
  now = new Date(),
): Promise<EventFacets> {
  const asked =
    query.range === undefined ? { from: new Date(0), to: new Date(now.getTime() + 1) } : fixRange(query.range, now)
  const from = new Date(Math.max(asked.from.getTime(), now.getTime() - statsKeptMs))
  const range = { from, to: asked.to }
  const isApproximate = range.to.getTime() - from.getTime() >= 24 * hourMs
  return await reading(db, tenantId, async (tx) => {
    const sums = isApproximate ? hourSums(tx, tenantId, range) : minuteSums(tx, tenantId, range)
    const terms = knownTerms(query.terms)
    const parts = [...facetFields, 'total' as const].map((field) => {
      const counted =
        terms &&
        sums.select(
          field,
          terms.filter((term) => term.field !== field),
        )
      return { field, isTold: counted !== undefined, select: counted ?? sums.select(field, []) }
    })
    const union = parts
      .flatMap(({ select }) => select ?? [])
      .reduce((all, select) => tx.sql`${all} union all ${select}`)
    const rows = await tx.sql<{ field: string; value: string; n: string }[]>`${sums.prelude} ${union}`
    const valuesOf = (field: string) => rows.filter((row) => row.field === field)
    const isTold = (field: string) => parts.some((part) => part.field === field && part.isTold)

    const source = await sourceNames(
      tx,
      tenantId,
      valuesOf('source').map(({ value }) => value),
    )
    const key = await keyNames(
      tx,
      tenantId,
      valuesOf('key').map(({ value }) => value),
    )
    const name = (field: FacetField, value: string) =>
      field === 'source' ? source(value).name : field === 'key' ? (key(value).name ?? value) : value
    const facetsOf = (field: FacetField): readonly Facet[] =>
      valuesOf(field).map(({ value, n }) => ({ value, name: name(field, value), n: isTold(field) ? Number(n) : null }))

    return {
      fields: {
        outcome: facetsOf('outcome'),
        reason: facetsOf('reason'),
        type: facetsOf('type'),
        source: facetsOf('source'),
        key: facetsOf('key'),
      },
      total: isTold('total') ? Number(valuesOf('total')[0]?.n ?? 0) : null,
      isApproximate,
      notKept: await notKept(tx, tenantId, query.terms, range),
    }
  })
}

type FieldTerm = Extract<SearchTerm, { kind: 'field' }>
type KnownTerm = FieldTerm & { readonly field: FacetField }

/** Undefined when a term asks for what no sum has: copies, payloads, negations, ids, mode, addresses, numbers. */
function knownTerms(terms: readonly SearchTerm[]): readonly KnownTerm[] | undefined {
  const known = terms.filter(
    (term): term is KnownTerm =>
      term.kind === 'field' &&
      !term.isNegated &&
      facetFields.some((field) => field === term.field) &&
      !asksForCopies(term),
  )
  return known.length === terms.length ? known : undefined
}

type Sums = {
  readonly prelude: Fragment
  /** The most frequent values of a field under the terms; undefined: these sums do not have them together. */
  select(field: FacetField | 'total', terms: readonly KnownTerm[]): Fragment | undefined
}

/** Whole hours, every field with every other: summed once, then asked per field. */
function hourSums(tx: Transaction, tenantId: TenantId, range: FixedRange): Sums {
  const { sql } = tx
  const from = new Date(Math.floor(range.from.getTime() / hourMs) * hourMs)
  const columns = {
    outcome: sql`outcome`,
    reason: sql`reason`,
    type: sql`event_type`,
    source: sql`source`,
    key: sql`key_id`,
  }
  return {
    prelude: sql`
      with sums as materialized (
        select outcome, reason, event_type, ${withoutMode(tx, sql`source`)} as source, key_id, sum(n)::bigint as n
        from event_stats_hour
        where tenant_id = ${tenantId} and hour >= ${from} and hour < ${range.to}
        group by 1, 2, 3, 4, 5)`,
    select(field, terms) {
      const conditions = terms.map((term) => termCondition(tx, tenantId, term, columns[term.field]))
      return topValues(tx, field, columns, sql`sums`, conditions)
    },
  }
}

/** Minutes, one field at a time; outcomes go with each of them, reasons with outcomes alone. */
function minuteSums(tx: Transaction, tenantId: TenantId, range: FixedRange): Sums {
  const { sql } = tx
  const value = sql`value`
  return {
    prelude: sql``,
    select(field, terms) {
      const needed = new Set([...terms.map((term) => term.field), ...(field === 'total' ? [] : [field])])
      needed.delete('outcome')
      const [own, ...others] = needed
      if (others.length > 0) return undefined
      const dimension = own === undefined || own === 'reason' ? 'outcome' : own
      const source = withoutMode(tx, value)
      const columns = { outcome: sql`outcome`, reason: value, type: value, source, key: value }
      const conditions = [
        sql`tenant_id = ${tenantId} and dimension = ${dimension} and minute >= ${range.from} and minute < ${range.to}`,
        ...terms.map((term) => termCondition(tx, tenantId, term, columns[term.field])),
      ]
      return topValues(tx, field, columns, sql`event_stats_minute`, conditions)
    },
  }
}

/** The API itself is one source on the list, whose modes are another field's. */
function withoutMode({ sql }: Transaction, column: Fragment): Fragment {
  return sql`case when ${column} = 'native-test' then 'native' else ${column} end`
}

function topValues(
  { sql }: Transaction,
  field: FacetField | 'total',
  columns: Readonly<Record<FacetField, Fragment>>,
  table: Fragment,
  conditions: readonly Fragment[],
): Fragment {
  const value = field === 'total' ? sql`''` : columns[field]
  const all = conditions.reduce((both, condition) => sql`${both} and ${condition}`, sql`true`)
  const filled = field === 'total' ? sql`` : sql`and ${value} <> ''`
  return sql`
    (select ${field}::text as field, ${value}::text as value, sum(n)::bigint as n from ${table}
     where ${all} ${filled} group by 2 order by 3 desc, 2 limit ${valuesMax})`
}

function termCondition(tx: Transaction, tenantId: TenantId, term: FieldTerm, column: Fragment): Fragment {
  const any = term.values
    .map((value) => valueCondition(tx, tenantId, term.field, value, column))
    .reduce((all, condition) => tx.sql`${all} or ${condition}`)
  return tx.sql`(${any})`
}

function valueCondition(
  { sql }: Transaction,
  tenantId: TenantId,
  field: SearchField,
  value: SearchValue,
  column: Fragment,
): Fragment {
  if (value.kind === 'prefix') return sql`${column} >= ${value.text} and ${column} < ${`${value.text}\u{10ffff}`}`
  const text = value.kind === 'text' ? value.text : ''
  const isName = !isUuid(text) && !(field === 'source' && text.startsWith('native'))
  if (field === 'source' && isName) {
    return sql`${column} = any (array(select id::text from source where tenant_id = ${tenantId} and name = ${text}))`
  }
  if (field === 'key' && isName) {
    return sql`${column} = any (array(
      select id::text from api_key where tenant_id = ${tenantId} and (name = ${text} or last_four = ${text})))`
  }
  return sql`${column} = ${text}`
}

/** Empty too where the terms ask for more than a counter knows. */
async function notKept(
  tx: Transaction,
  tenantId: TenantId,
  terms: readonly SearchTerm[],
  range: FixedRange,
): Promise<EventFacets['notKept']> {
  const { sql } = tx
  const columns: Partial<Record<SearchField, Fragment>> = {
    outcome: sql`outcome`,
    reason: sql`reason`,
    source: withoutMode(tx, sql`source`),
    key: sql`key_id::text`,
    mode: sql`mode`,
  }
  let all = sql`true`
  for (const term of terms) {
    const column = term.kind === 'field' && !term.isNegated ? columns[term.field] : undefined
    if (term.kind !== 'field' || column === undefined) return []
    all = sql`${all} and ${termCondition(tx, tenantId, term, column)}`
  }
  const rows = await tx.sql<{ outcome: string; reason: string | null; n: string }[]>`
    select outcome, reason, sum(n)::bigint as n from outcome_counter
    where tenant_id = ${tenantId} and counted_from >= ${range.from} and counted_from < ${range.to} and ${all}
    group by 1, 2 order by 3 desc, 1, 2`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}
