import {
  checkEventType,
  checkUtf8,
  cloudEventKey,
  decodeString,
  isCleanText,
  type JsonDocument,
  type JsonLimits,
  parseOccurredAt,
  scanDocument,
  wrapBase64,
  wrapJson,
  wrapText,
} from '@eventmesh/envelope'
import { Issues, malformed } from './issues.ts'
import type { Candidate } from './item.ts'
import { checkOrderingKey, type EventContext } from './native-event.ts'
import type { Result } from './outcome.ts'
import type { EventRequest } from './request.ts'

const idBytesMax = 255
const sourceBytesMax = 512
const attributesBytesMax = 2_048

type Data = Pick<Candidate, 'payload' | 'wrap'>

/**
 * A CloudEvent in the JSON event format 1.0.2, alone or as an item of a batch:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function readStructuredEvent(
  bytes: Buffer,
  document: JsonDocument,
  context: EventContext,
  limits: JsonLimits,
): Result<Candidate> {
  const issues = new Issues(context.base)
  if (document.kind !== 'object') {
    issues.add(undefined, 'type', 'a CloudEvent is a JSON object')
    return { ok: false, refusal: issues.refusal() }
  }
  const attributes = new Map<string, string>()
  const seen = new Set<string>()
  let data: Data | undefined
  let encoded: Buffer | undefined
  for (const { name, start, end, kind } of document.members) {
    if (seen.has(name)) {
      issues.addAs('body_malformed', name, 'a member stands in the CloudEvent twice')
      continue
    }
    seen.add(name)
    if (name === 'data') {
      const slice = bytes.subarray(start, end)
      data = kind === 'object' ? { payload: slice, wrap: 'none' } : wrapJson(slice)
    } else if (name === 'data_base64') {
      encoded = kind === 'string' ? base64(decodeString(bytes, start, end)) : undefined
      if (encoded === undefined) issues.add(name, 'format', 'data_base64 is not a base64 string')
    } else if (kind === 'string') {
      attributes.set(name, decodeString(bytes, start, end))
    } else if (kind === 'true' || kind === 'false' || kind === 'number') {
      if (requiredNames.has(name)) issues.add(name, 'type', `${name} is not a string`)
      else attributes.set(name, bytes.toString('latin1', start, end))
    } else if (kind !== 'null') {
      issues.add(name, 'type', 'an attribute is a string, a boolean or an integer')
    }
  }
  if (data !== undefined && encoded !== undefined)
    issues.add('data_base64', 'conflict', 'data and data_base64 exclude each other')
  if (encoded !== undefined) {
    const read = readData(encoded, attributes.get('datacontenttype') ?? '', limits, `${context.base}/data_base64`)
    if (!read.ok) return read
    data = read.value
  }
  return conclude(attributes, data ?? { payload: emptyObject, wrap: 'none' }, issues, context, {
    mediaType: 'application/cloudevents+json',
    headerAttributes: undefined,
  })
}

/**
 * A CloudEvent in the HTTP protocol binding's binary mode: attributes as percent-encoded `ce-*` headers, data as body.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md section 3.1
 */
export function readBinaryEvent(
  body: Buffer,
  request: EventRequest,
  context: EventContext,
  limits: JsonLimits,
): Result<Candidate> {
  const issues = new Issues('')
  const attributes = new Map<string, string>()
  const headerAttributes: [string, string][] = []
  for (const name in request.headers) {
    if (!name.startsWith('ce-')) continue
    const value = request.headers[name]!
    headerAttributes.push([name, value])
    const decoded = percentDecoded(value)
    if (decoded === undefined) issues.add(name.slice(3), 'format', `header ${name} is not percent-encoded UTF-8`)
    else attributes.set(name.slice(3), decoded)
  }
  const contentType = request.headers['content-type']
  if (contentType !== undefined) attributes.set('datacontenttype', contentType)

  const data = readData(body, request.mediaType, limits, '')
  if (!data.ok) return data
  return conclude(attributes, data.value, issues, context, { mediaType: request.mediaType, headerAttributes })
}

const requiredNames: ReadonlySet<string> = new Set(['specversion', 'id', 'source', 'type'])

function conclude(
  attributes: Map<string, string>,
  data: Data,
  issues: Issues,
  context: EventContext,
  rest: Pick<Candidate, 'mediaType' | 'headerAttributes'>,
): Result<Candidate> {
  let size = 0
  for (const [name, value] of attributes) {
    size += name.length + Buffer.byteLength(value)
    if (!/^[a-z0-9]+$/.test(name))
      issues.add(name, 'unknown_member', 'attribute names are lower-case letters and digits')
    else if (!isCleanText(value)) issues.add(name, 'format', `${name} holds a control character or half of a character`)
  }
  if (size > attributesBytesMax)
    issues.add(undefined, 'too_large', `the attributes have more than ${attributesBytesMax} bytes`)
  for (const name of requiredNames) {
    if (!attributes.get(name)) issues.add(name, 'required', `${name} is missing`)
  }
  const version = attributes.get('specversion')
  if (version && version !== '1.0') issues.add('specversion', 'format', 'only CloudEvents 1.0 is known')
  const type = attributes.get('type') ?? ''
  const verdict = checkEventType(type)
  if (type !== '' && verdict !== 'ok') issues.add('type', 'format', verdict)
  const id = attributes.get('id') ?? ''
  if (Buffer.byteLength(id) > idBytesMax) issues.add('id', 'too_large', `id has more than ${idBytesMax} bytes`)
  const source = attributes.get('source') ?? ''
  if (Buffer.byteLength(source) > sourceBytesMax)
    issues.add('source', 'too_large', `source has more than ${sourceBytesMax} bytes`)
  const time = attributes.get('time')
  const occurredAt = time === undefined ? context.receivedAt : parseOccurredAt(time)
  if (occurredAt === undefined) issues.add('time', 'format', 'time is not an RFC 3339 time with its zone')
  const orderingKey = attributes.get('partitionkey')
  if (orderingKey !== undefined) checkOrderingKey(orderingKey, 'partitionkey', issues)
  const key = context.headerKey ?? cloudEventKey(source, id)
  if (issues.list.length > 0) {
    const isKnown = context.headerKey !== undefined || !issues.concern(['source', 'id'])
    return { ok: false, refusal: issues.refusal(isKnown ? key : undefined) }
  }

  return {
    ok: true,
    value: {
      ...data,
      ...rest,
      eventType: type,
      occurredAt: occurredAt!,
      idempotencyKey: key,
      isKeyGenerated: false,
      orderingKey,
      attributes: Object.fromEntries(Array.from(attributes, ([name, value]) => [`ce_${name}`, value])),
    },
  }
}

const emptyObject = Buffer.from('{}')

/** What is declared to be JSON must be; other data is wrapped and never parsed. */
function readData(bytes: Buffer, contentType: string, limits: JsonLimits, base: string): Result<Data> {
  if (bytes.length === 0) return { ok: true, value: { payload: emptyObject, wrap: 'none' } }
  if (!/^[^;]*[/+]json *(;|$)/i.test(contentType)) {
    return { ok: true, value: contentType.startsWith('application/octet-stream') ? wrapBase64(bytes) : wrapText(bytes) }
  }
  const fault = checkUtf8(bytes)
  if (fault !== undefined) return { ok: false, refusal: malformed(fault, base) }
  const document = scanDocument(bytes, limits)
  if (!document.ok) return { ok: false, refusal: malformed(document.fault, base) }
  return { ok: true, value: document.kind === 'object' ? { payload: bytes, wrap: 'none' } : wrapJson(bytes) }
}

function base64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : undefined
}

function percentDecoded(value: string): string | undefined {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    // Not an encoding of UTF-8: the caller lists it as an issue.
    return undefined
  }
}
