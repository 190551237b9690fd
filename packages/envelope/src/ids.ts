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
  for (let i = 0; i < 12; i += 1) uuid[digitPlaces[i]!] = digest.charCodeAt(i)
  uuid[digitPlaces[12]!] = hexDigits[8]!
  for (let i = 12; i < 15; i += 1) uuid[digitPlaces[i + 1]!] = digest.charCodeAt(i)
  // custom_c, bits 60–121, stands behind the variant's two bits: each digit moves two bits on.
  let before = 0b10
  for (let i = 15; i < 31; i += 1) {
    const digit = digitValue(digest.charCodeAt(i))
    uuid[digitPlaces[i + 1]!] = hexDigits[((before & 3) << 2) | (digit >> 2)]!
    before = digit
  }
  return uuid.toString('latin1') as EventId
}

/** Written in place: put together from pieces, an id costs more than the hash that it is taken from. */
const uuid = Buffer.alloc(36, '-')
/** Where the 32 digits stand in it. */
const digitPlaces = Array.from({ length: 36 }, (_, place) => place).filter((place) => ![8, 13, 18, 23].includes(place))
const hexDigits = Buffer.from('0123456789abcdef')

function digitValue(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57
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
/** Time and version: `018f3a5e-1234-7`. */
let beginning = ''

/**
 * UUIDv7 (RFC 9562 section 5.7). Ids of one process and one millisecond ascend: `rand_a` is a counter with a random
 * start in its lower half (section 6.2, method 1).
 */
export function newUuid(nowMs: number = Date.now()): string {
  const random = randomHex(10)
  if (nowMs === lastMs) counter = (counter + 1) & 0xfff
  else {
    const time = Math.trunc(nowMs).toString(16).padStart(12, '0')
    counter = Number.parseInt(random.slice(0, 4), 16) & 0x7ff
    beginning = `${time.slice(0, 8)}-${time.slice(8)}-7`
    lastMs = nowMs
  }
  const variant = '89ab'[digitValue(random.charCodeAt(4)) & 3]
  return `${beginning}${(0x1000 + counter).toString(16).slice(1)}-${variant}${random.slice(5, 8)}-${random.slice(8)}`
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
