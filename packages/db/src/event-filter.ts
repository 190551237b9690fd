import { isUuid, type TenantId, uuidv7TimeMs } from '@eventmesh/envelope'
import type { PendingQuery, Row } from 'postgres'
import type { RawSql } from './redirect.ts'
import { type Comparison, type PathStep, type SearchTerm, type SearchValue, splitItem } from './search-grammar.ts'

/** A piece of a statement with its parameters. */
export type Fragment = PendingQuery<Row[]>

/** The condition of a search over `event_index`, tenant included. Copies are hidden unless `outcome:copy` asks for them. */
export function eventFilter(sql: RawSql, tenantId: TenantId, terms: readonly SearchTerm[]): Fragment {
  const conditions = [sql`tenant_id = ${tenantId}`, ...terms.map((term) => termCondition(sql, tenantId, term))]
  if (!terms.some(asksForCopies)) conditions.push(sql`outcome <> 'copy'`)
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`)
}

/** Nothing counts copies, and no list has them unasked. */
export function asksForCopies(term: SearchTerm): boolean {
  return (
    term.kind === 'field' &&
    term.field === 'outcome' &&
    !term.isNegated &&
    term.values.some((value) => value.kind === 'text' && value.text === 'copy')
  )
}

function termCondition(sql: RawSql, tenantId: TenantId, term: SearchTerm): Fragment {
  switch (term.kind) {
    case 'payload':
      return payloadCondition(sql, term)
    case 'bare':
      return negated(sql, term.isNegated, bareCondition(sql, tenantId, term.text))
    case 'field': {
      const any = term.values
        .map((value) => fieldCondition(sql, tenantId, term.field, value))
        .reduce((all, condition) => sql`${all} or ${condition}`)
      return negated(sql, term.isNegated, any)
    }
  }
}

// A row that has no such value is not that value.
function negated(sql: RawSql, isNegated: boolean, condition: Fragment): Fragment {
  return isNegated ? sql`(${condition}) is not true` : sql`(${condition})`
}

type Field = Extract<SearchTerm, { kind: 'field' }>['field']

function fieldCondition(sql: RawSql, tenantId: TenantId, field: Field, value: SearchValue): Fragment {
  const text = 'text' in value ? value.text : ''
  switch (field) {
    case 'event':
      return sql`event_id = ${text}`
    case 'request':
      return requestCondition(sql, text)
    case 'idem':
      return sql`idempotency_key = ${text}`
    case 'trace':
      return sql`trace_id = ${text.toLowerCase()}`
    case 'type':
      return value.kind === 'prefix' ? typePrefix(sql, text) : sql`event_type = ${text}`
    case 'source':
      return sourceCondition(sql, tenantId, text)
    case 'key':
      return isUuid(text)
        ? sql`key_id = ${text}`
        : sql`key_id = any (array(
            select id from api_key where tenant_id = ${tenantId} and (name = ${text} or last_four = ${text})))`
    case 'outcome':
      return sql`outcome = ${text}`
    case 'reason':
      return sql`reason = ${text}`
    case 'mode':
      return sql`mode = ${text}`
    case 'ip':
      return sql`ip = ${text.toLowerCase()}`
    case 'is':
      return sql`occurred_at < received_at - interval '5 minutes'`
    case 'status':
      return numberCondition(sql, sql`status`, value)
    case 'size':
      return numberCondition(sql, sql`size`, value)
    case 'latency':
      return numberCondition(sql, sql`latency_ms`, value)
  }
}

// A request's id says when it arrived, so only that time's partition is opened.
const requestTimeToleranceMs = 600_000

export function requestCondition(sql: RawSql, text: string): Fragment {
  const request = splitItem(text)
  if (request === undefined) return sql`false`
  const item = request.item === undefined ? sql`` : sql`and item = ${request.item}`
  const madeAtMs = uuidv7TimeMs(request.id)
  if (madeAtMs === undefined) return sql`(request_id = ${request.id} ${item})`
  return sql`(request_id = ${request.id} ${item}
    and received_at >= ${new Date(madeAtMs - requestTimeToleranceMs)}
    and received_at <= ${new Date(madeAtMs + requestTimeToleranceMs)})`
}

// A range instead of LIKE, which is not leakproof: under row-level security it would not use the index.
function typePrefix(sql: RawSql, prefix: string): Fragment {
  return sql`(event_type >= ${prefix} and event_type < ${`${prefix}\u{10ffff}`})`
}

/** `native` is the API itself in both modes; a name means every source that has it now, deleted ones too. */
function sourceCondition(sql: RawSql, tenantId: TenantId, text: string): Fragment {
  if (text === 'native') return sql`source in ('native', 'native-test')`
  if (text === 'native-test') return sql`source = 'native-test'`
  if (isUuid(text)) return sql`source = ${text}`
  // An array is worked out once, before the index is opened.
  return sql`source = any (array(select id::text from source where tenant_id = ${tenantId} and name = ${text}))`
}

function bareCondition(sql: RawSql, tenantId: TenantId, text: string): Fragment {
  const id = splitItem(text)
  if (id === undefined) {
    return sql`idempotency_key = ${text} or ${typePrefix(sql, text)} or ${sourceCondition(sql, tenantId, text)}`
  }
  const request = requestCondition(sql, text)
  return id.item === undefined ? sql`event_id = ${id.id} or ${request} or idempotency_key = ${text}` : request
}

function numberCondition(sql: RawSql, column: Fragment, value: SearchValue): Fragment {
  switch (value.kind) {
    case 'number':
      return sql`${column} = ${value.number}::numeric`
    case 'range':
      return sql`${column} between ${value.from}::numeric and ${value.to}::numeric`
    case 'compare':
      return sql`${column} ${comparisons(sql)[value.comparison]} ${value.number}::numeric`
    case 'text':
    case 'prefix':
      return sql`false`
  }
}

function comparisons(sql: RawSql): Readonly<Record<Comparison, Fragment>> {
  return { '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=` }
}

type PayloadTerm = Extract<SearchTerm, { kind: 'payload' }>

function payloadCondition(sql: RawSql, term: PayloadTerm): Fragment {
  const any = payloadDocuments(term)
    .map((document) => sql`payload @> ${document}::text::jsonb`)
    .reduce((all, condition) => sql`${all} or ${condition}`)
  return sql`(${any})`
}

/** JSON documents of which a matching payload contains one. */
export function payloadDocuments(term: PayloadTerm): readonly string[] {
  return payloadLiterals(term).map((literal) => wrapInPath(term.path, literal))
}

/** A bare word means the string and, where it is spelled like one, the number, boolean or null; digits stay as typed. */
function payloadLiterals(term: PayloadTerm): readonly string[] {
  const string = JSON.stringify(term.text)
  const isLiteral = /^(?:true|false|null|-?(?:0|[1-9]\d{0,299})(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?)$/.test(term.text)
  return isLiteral && !term.isQuoted ? [string, term.text] : [string]
}

function wrapInPath(path: readonly PathStep[], literal: string): string {
  return path.reduceRight(
    (inner, step) => (step === 'each' ? `[${inner}]` : `{${JSON.stringify(step.member)}:${inner}}`),
    literal,
  )
}
