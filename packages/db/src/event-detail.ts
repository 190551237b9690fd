import type { TenantId, Wrap } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { type EventFacts, type EventPlace, eventFacts, type StoredEvent } from './event-facts.ts'
import { rowAt } from './event-related.ts'
import { droppedAt, keptDays } from './index-upkeep.ts'
import { reading } from './reading.ts'

/** A row with everything around its body; the body's bytes are `events.body`'s. */
export type EventDetail = {
  readonly facts: EventFacts
  /** `em-http`: the allow-listed request headers as they were kept, secrets hidden. */
  readonly http: Readonly<Record<string, string>> | null
  /** Of the request. */
  readonly contentType: string | null
  /** CloudEvents attributes (`ce_…`) of the record. */
  readonly attributes: Readonly<Record<string, string>>
  /** How the request's body became the payload. */
  readonly wrap: Wrap
  /** Milliseconds per step, in order: `em-ms`, then `append` (after the answer's steps) and `index`. */
  readonly timeline: readonly { readonly step: string; readonly ms: number }[]
  /** problem+json as it was answered. */
  readonly problem: string | null
  readonly body: BodyState
}

/** `deleted`: retention took it. `none`: never kept (a duplicate; a refusal without a body). */
export type BodyState =
  /**
   * `envelopeBytes` null of a refusal. `rawBytes`: of a body that the payload does not hold; null: the payload has it.
   * `isTruncated`: only the beginning was kept.
   */
  | {
      readonly state: 'kept'
      readonly envelopeBytes: number | null
      readonly rawBytes: number | null
      readonly isTruncated: boolean
    }
  /** `at`: RFC 3339; null where it went before its day and nothing says when. */
  | { readonly state: 'deleted'; readonly at: string | null }
  | { readonly state: 'none' }

/** Undefined: no such row of this tenant. */
export async function detail(db: Database, tenantId: TenantId, place: EventPlace): Promise<EventDetail | undefined> {
  return await reading(db, tenantId, async (tx) => {
    const row = await rowAt(tx, tenantId, place)
    if (row === undefined) return undefined
    const [facts] = await eventFacts(tx, tenantId, [row])
    if (facts === undefined) return undefined
    const record = await recordOf(tx, tenantId, row)
    const refusal = await refusalOf(tx, tenantId, row)
    const headers = textMembers(record?.headers)
    return {
      facts,
      http: headers['em-http'] === undefined ? null : textMembers(headers['em-http']),
      contentType: headers['em-content-type'] ?? refusal?.content_type ?? null,
      attributes: Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('ce_'))),
      wrap: wrapOf(headers),
      timeline: isFromLog(row) || record !== undefined ? timeline(headers['em-ms'], row) : [],
      problem: refusal?.problem ?? null,
      body: bodyState(row, record, refusal),
    }
  })
}

type KeptRecord = { readonly headers: string; readonly envelope_bytes: number; readonly exact_bytes: number | null }
type KeptRefusal = {
  readonly content_type: string | null
  readonly problem: string | null
  readonly bytes: number | null
  readonly is_truncated: boolean
}

async function recordOf(tx: Transaction, tenantId: TenantId, row: StoredEvent): Promise<KeptRecord | undefined> {
  const [record] = await tx.sql<KeptRecord[]>`
    select headers, octet_length(envelope) as envelope_bytes, octet_length(exact_body) as exact_bytes from event_body
    where tenant_id = ${tenantId} and request_id = ${row.request_id} and item = ${row.item} and received_at = ${row.received_at}`
  return record
}

async function refusalOf(tx: Transaction, tenantId: TenantId, row: StoredEvent): Promise<KeptRefusal | undefined> {
  const [refusal] = await tx.sql<KeptRefusal[]>`
    select content_type, problem, octet_length(body) as bytes, is_truncated from rejected_body
    where tenant_id = ${tenantId} and request_id = ${row.request_id} and item = ${row.item} and received_at = ${row.received_at}`
  return refusal
}

function bodyState(row: StoredEvent, record: KeptRecord | undefined, refusal: KeptRefusal | undefined): BodyState {
  if (record !== undefined) {
    return { state: 'kept', envelopeBytes: record.envelope_bytes, rawBytes: record.exact_bytes, isTruncated: false }
  }
  if (refusal !== undefined && refusal.bytes !== null) {
    return { state: 'kept', envelopeBytes: null, rawBytes: refusal.bytes, isTruncated: refusal.is_truncated }
  }
  if (isFromLog(row)) return { state: 'deleted', at: past(droppedAt(row.received_at, keptDays.payloads)) }
  // A refusal's body is kept shorter than its row; of what is gone nothing says whether it had one.
  const at = past(droppedAt(row.received_at, keptDays.rejectedBodies))
  const isGone = row.outcome === 'rejected' && refusal === undefined && at !== null
  return isGone ? { state: 'deleted', at } : { state: 'none' }
}

function past(at: Date): string | null {
  return at.getTime() <= Date.now() ? at.toISOString() : null
}

// Of what came from the log no status is known: the answer left after the record.
function isFromLog(row: StoredEvent): boolean {
  return row.status === null
}

/** A record's headers as the index keeps them: a JSON object of texts. */
export function textMembers(json: string | undefined): Readonly<Record<string, string>> {
  if (json === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(json)
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(
      Object.entries(parsed).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    )
  } catch {
    // A header of somebody else's record is shown as absent.
    return {}
  }
}

const wraps: readonly string[] = ['none', 'json', 'text', 'base64', 'form'] satisfies readonly Wrap[]

export function wrapOf(headers: Readonly<Record<string, string>>): Wrap {
  const wrap = headers['em-wrap']
  return wrap !== undefined && wraps.includes(wrap) ? (wrap as Wrap) : 'none'
}

/** `body=1.2,verify=0.1`, then from `received_at` to the log and from there to the index. */
function timeline(steps: string | undefined, row: StoredEvent): EventDetail['timeline'] {
  const said = (steps ?? '').split(',').flatMap((step) => {
    const match = /^([a-z_]{1,40})=(\d{1,9}(?:\.\d{1,6})?)$/.exec(step)
    return match === null ? [] : [{ step: match[1] ?? '', ms: Number(match[2]) }]
  })
  const between = (from: Date, to: Date) => Math.max(0, to.getTime() - from.getTime())
  return [
    ...said,
    { step: 'append', ms: between(row.received_at, row.appended_at) },
    { step: 'index', ms: between(row.appended_at, row.indexed_at) },
  ]
}
