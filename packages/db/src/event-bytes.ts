import { readEnvelope, type TenantId, unwrap } from '@eventmesh/envelope'
import type { Database, Transaction } from './connect.ts'
import { textMembers, wrapOf } from './event-detail.ts'
import type { EventPlace, StoredEvent } from './event-facts.ts'
import { rowAt } from './event-related.ts'
import { reading } from './reading.ts'

/**
 * `envelope`: the bytes on the log. `payload`: its payload's bytes. `raw`: the body as it was sent, or of a refusal what
 * was kept of it, redacted.
 */
export type BodyPart = 'envelope' | 'payload' | 'raw'

export type BodyQuery = EventPlace & {
  readonly part: BodyPart
  /** First byte, default 0. */
  readonly start?: number | undefined
  /** Bytes at most, default all. */
  readonly length?: number | undefined
}

export type EventBytes =
  | {
      readonly state: 'found'
      readonly bytes: Buffer
      /** Bytes of the whole part. */
      readonly total: number
      /** `raw`: as the request said it; otherwise application/json. */
      readonly contentType: string | null
    }
  /** No such row of this tenant. */
  | { readonly state: 'absent' }
  /** The row is there, this part of it is not: retention took it, or it never had one. */
  | { readonly state: 'not_kept' }

export async function body(db: Database, tenantId: TenantId, query: BodyQuery): Promise<EventBytes> {
  const start = query.start ?? 0
  const length = query.length ?? Number.MAX_SAFE_INTEGER
  if (!isCount(start) || !isCount(length)) throw new RangeError('start and length must be whole numbers from 0')
  return await reading(db, tenantId, async (tx) => {
    const row = await rowAt(tx, tenantId, query)
    if (row === undefined) return { state: 'absent' }
    const whole = (await ofRecord(tx, tenantId, row, query.part)) ?? (await ofRefusal(tx, tenantId, row, query.part))
    if (whole === undefined) return { state: 'not_kept' }
    const bytes = whole.bytes.subarray(start, Math.min(whole.bytes.length, start + length))
    return { state: 'found', bytes, total: whole.bytes.length, contentType: whole.contentType }
  })
}

type Whole = { readonly bytes: Buffer; readonly contentType: string | null }

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

async function ofRecord(
  tx: Transaction,
  tenantId: TenantId,
  row: StoredEvent,
  part: BodyPart,
): Promise<Whole | undefined> {
  const [kept] = await tx.sql<{ envelope: Buffer; headers: string; exact_body: Buffer | null }[]>`
    select envelope, headers, exact_body from event_body
    where tenant_id = ${tenantId} and request_id = ${row.request_id} and item = ${row.item} and received_at = ${row.received_at}`
  if (kept === undefined) return undefined
  if (part === 'envelope') return { bytes: kept.envelope, contentType: 'application/json' }
  const envelope = readEnvelope(kept.envelope)
  if (!envelope.ok) return undefined
  if (part === 'payload') return { bytes: envelope.payload, contentType: 'application/json' }
  const headers = textMembers(kept.headers)
  const raw = unwrap(envelope.payload, wrapOf(headers), kept.exact_body ?? undefined)
  return raw && { bytes: raw, contentType: headers['em-content-type'] ?? null }
}

async function ofRefusal(
  tx: Transaction,
  tenantId: TenantId,
  row: StoredEvent,
  part: BodyPart,
): Promise<Whole | undefined> {
  if (part !== 'raw') return undefined
  const [kept] = await tx.sql<{ body: Buffer | null; content_type: string | null }[]>`
    select body, content_type from rejected_body
    where tenant_id = ${tenantId} and request_id = ${row.request_id} and item = ${row.item} and received_at = ${row.received_at}`
  return kept?.body ? { bytes: kept.body, contentType: kept.content_type } : undefined
}
