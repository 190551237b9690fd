import { z } from 'zod'
import { checkEventType } from './event-type.ts'
import { isUuid } from './ids.ts'
import { decodeString, eventLimits, type JsonLimits, type Member, scanDocument } from './json.ts'
import { isEnvelopeKey } from './keys.ts'
import type { EventId, Mode, RequestId, TenantId } from './names.ts'
import { checkUtf8 } from './text.ts'
import { isEnvelopeTime } from './time.ts'
import type { Wrap } from './wrap.ts'

/** The envelope's fields but the payload, which stays bytes. */
export type EnvelopeFields = {
  readonly eventId: EventId
  readonly eventType: string
  readonly tenantId: TenantId
  readonly requestId: RequestId
  readonly occurredAt: string
  readonly receivedAt: string
  readonly idempotencyKey: string
}

/** The envelope as JSON.parse gives it: exactly eight fields. What only bytes show is `readEnvelope`'s to refuse. */
export const envelopeSchema = z.strictObject({
  event_id: z.custom<EventId>((value) => isField('event_id', value), 'not a lower-case UUID of version 8'),
  event_type: z.string().refine((value) => isField('event_type', value), 'not an event type'),
  tenant_id: z.custom<TenantId>((value) => isField('tenant_id', value), 'not a lower-case UUID'),
  request_id: z.custom<RequestId>((value) => isField('request_id', value), 'not a lower-case UUID of version 7'),
  occurred_at: z.string().refine((value) => isField('occurred_at', value), 'not a UTC time with milliseconds'),
  received_at: z.string().refine((value) => isField('received_at', value), 'not a UTC time with milliseconds'),
  idempotency_key: z
    .string()
    .refine((value) => isField('idempotency_key', value), 'not 1–255 visible ASCII characters'),
  payload: z.record(z.string(), z.unknown()),
})

export type Envelope = z.infer<typeof envelopeSchema>

/**
 * A record's value: the eight fields in their fixed order around the payload's own bytes, which must be a scanned JSON
 * object (white space around it allowed) and are never serialised again.
 */
export function spliceEnvelope(fields: EnvelopeFields, payload: Buffer): Buffer {
  const head =
    `{"event_id":"${fields.eventId}","event_type":${JSON.stringify(fields.eventType)},"tenant_id":"${fields.tenantId}"` +
    `,"request_id":"${fields.requestId}","occurred_at":"${fields.occurredAt}","received_at":"${fields.receivedAt}"` +
    `,"idempotency_key":${JSON.stringify(fields.idempotencyKey)},"payload":`
  const headSize = Buffer.byteLength(head)
  const value = Buffer.allocUnsafe(headSize + payload.length + 1)
  value.write(head, 0, 'utf8')
  payload.copy(value, headSize)
  value[headSize + payload.length] = 0x7d
  return value
}

/**
 * An event's 64 levels and 10,000 members, and what the envelope lays around them: itself and a wrap in depth, its
 * eight fields and the wrap's one in members.
 */
export const envelopeLimits: JsonLimits = {
  depthMax: eventLimits.depthMax + 2,
  membersMax: eventLimits.membersMax + 9,
}

export type ReadEnvelope =
  | { readonly ok: true; readonly fields: EnvelopeFields; readonly payload: Buffer }
  | { readonly ok: false; readonly detail: string }

/**
 * Reads a record's value, strictly: exactly the eight fields, each once, in any order. `payload` is a view of every byte
 * between the colon and the comma or brace that ends the member: of a webhook the whole body, its own white space
 * included.
 */
export function readEnvelope(value: Buffer): ReadEnvelope {
  const encoding = checkUtf8(value)
  if (encoding !== undefined) return { ok: false, detail: encoding.detail }
  const document = scanDocument(value, envelopeLimits)
  if (!document.ok) return { ok: false, detail: document.fault.detail }
  if (document.kind !== 'object') return { ok: false, detail: 'the envelope is not an object' }

  const texts = new Map<TextField, string>()
  let payload: Buffer | undefined
  for (const member of document.members) {
    const { name } = member
    if (name === 'payload') {
      if (payload !== undefined) return { ok: false, detail: 'payload stands twice' }
      if (member.kind !== 'object') return { ok: false, detail: 'payload is not an object' }
      payload = withSpace(value, member)
    } else if (isTextField(name)) {
      if (texts.has(name)) return { ok: false, detail: `${name} stands twice` }
      const text = member.kind === 'string' ? decodeString(value, member.start, member.end) : undefined
      if (!isField(name, text)) return { ok: false, detail: `${name} is not valid` }
      texts.set(name, text)
    } else {
      return { ok: false, detail: 'a member is none of the eight fields' }
    }
  }
  if (payload === undefined) return { ok: false, detail: 'payload is missing' }
  for (const name of textFields) if (!texts.has(name)) return { ok: false, detail: `${name} is missing` }
  return { ok: true, fields: fieldsOf(texts), payload }
}

type TextField =
  | 'event_id'
  | 'event_type'
  | 'tenant_id'
  | 'request_id'
  | 'occurred_at'
  | 'received_at'
  | 'idempotency_key'

const fieldForms: Readonly<Record<TextField, (text: string) => boolean>> = {
  event_id: (text) => isUuid(text, 8),
  event_type: (text) => checkEventType(text) === 'ok',
  tenant_id: (text) => isUuid(text),
  request_id: (text) => isUuid(text, 7),
  occurred_at: isEnvelopeTime,
  received_at: isEnvelopeTime,
  idempotency_key: isEnvelopeKey,
}

const textFields = Object.keys(fieldForms) as TextField[]

function isTextField(name: string): name is TextField {
  return Object.hasOwn(fieldForms, name)
}

function isField(name: TextField, value: unknown): value is string {
  return typeof value === 'string' && fieldForms[name](value)
}

/** The branded ids were checked by `fieldForms`, every field is there. */
function fieldsOf(texts: ReadonlyMap<TextField, string>): EnvelopeFields {
  return {
    eventId: texts.get('event_id') as EventId,
    eventType: texts.get('event_type') as string,
    tenantId: texts.get('tenant_id') as TenantId,
    requestId: texts.get('request_id') as RequestId,
    occurredAt: texts.get('occurred_at') as string,
    receivedAt: texts.get('received_at') as string,
    idempotencyKey: texts.get('idempotency_key') as string,
  }
}

function withSpace(value: Buffer, member: Member): Buffer {
  let { start, end } = member
  while (value[start - 1]! <= 0x20) start--
  while (value[end]! <= 0x20) end++
  return value.subarray(start, end)
}

/**
 * Headers of a record on the log (`reliability.md` section 4): what is about the transport, not about the event.
 * Values are text without control characters.
 */
export type RecordHeaders = {
  readonly 'em-event-id': EventId
  /** Source id, `native` or `native-test`. */
  readonly 'em-source': string
  readonly 'em-mode': Mode
  /** `<index from 0>/<number of items>`. */
  readonly 'em-item': string
  /** Fingerprint. */
  readonly 'em-fp': string
  readonly 'em-dedupe': 'claimed' | 'generated' | 'unchecked'
  readonly 'em-envelope': '1'
  /** Bytes of the request's body. */
  readonly 'em-size': string
  readonly 'content-type': 'application/json'
  readonly 'em-key-id'?: string
  /** Milliseconds per step: `body=1.2,verify=0.1`. */
  readonly 'em-ms'?: string
  /** Allow-listed request headers, redacted: a JSON object. */
  readonly 'em-http'?: string
  readonly 'em-ip'?: string
  /** The request's. */
  readonly 'em-content-type'?: string
  readonly 'em-wrap'?: Wrap
  readonly traceparent?: string
  /** CloudEvents attributes, as in its Kafka binding. */
  readonly [attribute: `ce_${string}`]: string
}
