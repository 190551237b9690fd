import { hash } from 'node:crypto'
import { lengthPrefixed } from './length-prefix.ts'
import type { EventId, RequestId, Scope, TenantId } from './names.ts'
import { randomHex } from './random.ts'

/**
 * An event's identity: UUIDv8 (RFC 9562 section 5.8) from the first 122 bits of
 * SHA-256("eventmesh/event-id/1" ‖ P(tenant) ‖ P(scope) ‖ P(key)). A pure function: any process, at any time, after any
 * crash, gives the same event the same id.
 */
export function eventId(parts: { readonly tenantId: TenantId; readonly scope: Scope; readonly key: string }): EventId {
  const digest = hash('sha256', lengthPrefixed('eventmesh/event-id/1', [parts.tenantId, parts.scope, parts.key]), 'hex')
  // custom_c is bits 60–121: the variant's two bits, then 30 of them in the first half and 32 in the second.
  const high = 0x8000_0000 + (Number.parseInt(digest.slice(15, 23), 16) >>> 2)
  const low = ((Number.parseInt(digest[22]!, 16) << 30) | (Number.parseInt(digest.slice(23, 31), 16) >>> 2)) >>> 0
  return uuidText(`${digest.slice(0, 12)}8${digest.slice(12, 15)}${hex32(high)}${hex32(low)}`) as EventId
}

/** The idempotency key of a CloudEvent without one of its own: `ce:` + hex SHA-256(P(source) ‖ P(id)). */
export function cloudEventKey(source: string, id: string): string {
  return `ce:${hash('sha256', lengthPrefixed('', [source, id]), 'hex')}`
}

/**
 * The idempotency key of an item without one of its own under a request key (header key, delivery id or body hash):
 * `ix:` + hex SHA-256(P(request key) ‖ 4-byte big-endian index from 0).
 */
export function itemKey(requestKey: string, index: number): string {
  const counter = Buffer.allocUnsafe(4)
  counter.writeUInt32BE(index)
  return `ix:${hash('sha256', Buffer.concat([lengthPrefixed('', [requestKey]), counter]), 'hex')}`
}

/** A request's id: UUIDv7 of the time its headers were complete. */
export function newRequestId(nowMs: number): RequestId {
  return newUuid(nowMs) as RequestId
}

let lastMs = -1
let counter = 0

/**
 * UUIDv7 (RFC 9562 section 5.7). Ids of one process and one millisecond ascend: `rand_a` is a counter with a random
 * start in its lower half (section 6.2, method 1).
 */
export function newUuid(nowMs: number = Date.now()): string {
  const random = randomHex(10)
  counter = nowMs === lastMs ? (counter + 1) & 0xfff : Number.parseInt(random.slice(0, 4), 16) & 0x7ff
  lastMs = nowMs
  const time = Math.trunc(nowMs).toString(16).padStart(12, '0')
  const variant = '89ab'[Number.parseInt(random[4]!, 16) & 3]
  return uuidText(`${time}7${counter.toString(16).padStart(3, '0')}${variant}${random.slice(5)}`)
}

/** Milliseconds since 1970 that a UUIDv7 carries; undefined of any other text. */
export function uuidv7TimeMs(id: string): number | undefined {
  if (!isUuid(id, 7)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether `text` is a lower-case UUID; with `version`, one of that version (and RFC 9562's variant). */
export function isUuid(text: string, version?: 7 | 8): boolean {
  const match = uuidForm.exec(text)
  if (match === null) return false
  return version === undefined || (match[1] === String(version) && '89ab'.includes(match[2]!))
}

function hex32(number: number): string {
  return number.toString(16).padStart(8, '0')
}

function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
