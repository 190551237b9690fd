import {
  checkUtf8,
  depthCeiling,
  itemKey,
  type JsonDocument,
  type JsonLimits,
  scanDocument,
  scanItems,
} from '@eventmesh/envelope'
import type { Caller } from './caller.ts'
import { readBinaryEvent, readStructuredEvent } from './cloud-event.ts'
import type { Exchange } from './exchange.ts'
import { Issues, malformed } from './issues.ts'
import { type Candidate, type Item, newItem } from './item.ts'
import type { Limits } from './limits.ts'
import { type EventContext, readNativeEvent } from './native-event.ts'
import { type Refusal, type Result, refuse } from './outcome.ts'
import { type Delivery, readDelivery } from './read-delivery.ts'
import type { EventRequest } from './request.ts'

export type ValidateDeps = { readonly limits: Limits; readonly receivedAt: string }

/** Bytes → items: a native request's by our own rules, a delivery's as its provider's record says. */
export function validate(
  body: Buffer,
  request: EventRequest,
  caller: Caller,
  exchange: Pick<Exchange, 'incoming' | 'proof'>,
  deps: ValidateDeps,
): Result<Delivery> {
  if (caller.kind === 'source') return readDelivery(body, caller, exchange, deps)
  const items = readEvents(body, request, caller, deps)
  return items.ok ? { ok: true, value: { items: items.value, isBatch: request.isBatch } } : items
}

/** Bytes → items, each with a candidate event or, in a batch, an ending of its own. One bad item holds no good one back. */
function readEvents(
  body: Buffer,
  request: EventRequest,
  caller: Caller,
  { limits, receivedAt }: ValidateDeps,
): Result<readonly Item[]> {
  const json: JsonLimits = { depthMax: limits.jsonDepthMax, membersMax: limits.jsonMembersMax }
  const common = {
    receivedAt,
    requireIdempotencyKey: caller.settings.requireIdempotencyKey,
  }
  if (request.form === 'binary') {
    return single(body, readBinaryEvent(body, request, { ...common, ...ofSingle(request) }, json))
  }
  if (request.form === 'ndjson') return readLines(body, request, common, json, limits)

  const fault = checkUtf8(body)
  if (fault !== undefined) return { ok: false, refusal: malformed(fault) }
  if (request.isBatch) return readArray(body, request, common, json, limits)

  const document = scanDocument(body, json)
  if (!document.ok) return { ok: false, refusal: malformed(document.fault) }
  return single(body, readEvent(body, document, request, { ...common, ...ofSingle(request) }, json))
}

type Common = Pick<EventContext, 'receivedAt' | 'requireIdempotencyKey'>

function ofSingle(request: EventRequest) {
  return { base: '', headerKey: request.idempotencyKey, itemKey: undefined }
}

/** A key of the request covers the items without their own; each of them gets its own from it. */
function ofItem(request: EventRequest, index: number, base: string) {
  const key = request.idempotencyKey
  return { base, headerKey: undefined, itemKey: key === undefined ? undefined : itemKey(key, index) }
}

function readEvent(
  bytes: Buffer,
  document: JsonDocument,
  request: EventRequest,
  context: EventContext,
  json: JsonLimits,
): Result<Candidate> {
  return request.form === 'structured' || request.form === 'cloudevents-array'
    ? readStructuredEvent(bytes, document, context, json)
    : readNativeEvent(bytes, document, context)
}

function single(body: Buffer, candidate: Result<Candidate>): Result<readonly Item[]> {
  if (!candidate.ok) return candidate
  const item = newItem(0, body)
  item.candidate = candidate.value
  return { ok: true, value: [item] }
}

/** A JSON array, or native events as `{"events": […]}`. */
function readArray(
  body: Buffer,
  request: EventRequest,
  common: Common,
  json: JsonLimits,
  limits: Limits,
): Result<readonly Item[]> {
  const place = arrayIn(body, request)
  if (!place.ok) return place
  const { start, end, base } = place.value
  const scan = scanItems(body, start, end, { ...json, itemsMax: limits.batchItemsMax })
  if (!scan.ok) {
    return scan.fault.reason === 'items' ? tooManyItems(limits) : { ok: false, refusal: malformed(scan.fault, base) }
  }
  if (scan.items.length === 0) return emptyBatch(base)
  const items = scan.items.map((document, index) => {
    const item = newItem(index, body.subarray(document.start, document.end))
    if (!document.ok) return endRejected(item, malformed(document.fault, base))
    if (item.bytes.length > limits.itemBytesMax) return endRejected(item, itemTooLarge(limits))
    const read = readEvent(body, document, request, { ...common, ...ofItem(request, index, `${base}/${index}`) }, json)
    return read.ok ? withCandidate(item, read.value) : endRejected(item, read.refusal)
  })
  return { ok: true, value: items }
}

function arrayIn(body: Buffer, request: EventRequest): Result<{ start: number; end: number; base: string }> {
  const whole = { start: 0, end: body.length, base: '' }
  const first = body.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
  if (first === 0x5b) return { ok: true, value: whole }

  const document = scanDocument(body, { depthMax: depthCeiling, membersMax: Number.POSITIVE_INFINITY })
  if (!document.ok) return { ok: false, refusal: malformed(document.fault) }
  const issues = new Issues('')
  if (document.kind !== 'object' || request.form !== 'array') {
    issues.add(undefined, 'type', 'a batch is a JSON array of events')
    return { ok: false, refusal: issues.refusal() }
  }
  let place: { start: number; end: number; base: string } | undefined
  for (const { name, start, end, kind } of document.members) {
    if (name !== 'events') issues.add(name, 'unknown_member', 'a batch has the one member events')
    else if (place !== undefined) issues.addAs('body_malformed', 'events', 'events stands in the batch twice')
    else {
      place = { start, end, base: '/events' }
      if (kind !== 'array') issues.add('events', 'type', 'events is not a JSON array')
    }
  }
  if (place === undefined) issues.add('events', 'required', 'events is missing')
  return issues.list.length > 0 || place === undefined
    ? { ok: false, refusal: issues.refusal() }
    : { ok: true, value: place }
}

/** One event a line (https://github.com/ndjson/ndjson-spec); empty lines count for nothing. */
function readLines(
  body: Buffer,
  request: EventRequest,
  common: Common,
  json: JsonLimits,
  limits: Limits,
): Result<readonly Item[]> {
  const items: Item[] = []
  let line = 0
  for (let start = 0; start < body.length; line += 1) {
    const newline = body.indexOf(0x0a, start)
    const end = newline < 0 ? body.length : newline
    const bytes = trimmed(body, start, end)
    start = end + 1
    if (bytes.length === 0) continue
    if (items.length === limits.batchItemsMax) return tooManyItems(limits)
    items.push(readLine(newItem(items.length, bytes), line, request, common, json, limits))
  }
  return items.length === 0 ? emptyBatch('') : { ok: true, value: items }
}

function readLine(
  item: Item,
  line: number,
  request: EventRequest,
  common: Common,
  json: JsonLimits,
  limits: Limits,
): Item {
  const { bytes } = item
  const base = `/${line}`
  if (bytes.length > limits.itemBytesMax) return endRejected(item, itemTooLarge(limits))
  const fault = checkUtf8(bytes)
  if (fault !== undefined) return endRejected(item, malformed(fault, base))
  const document = scanDocument(bytes, json)
  if (!document.ok) return endRejected(item, malformed(document.fault, base))
  const read = readNativeEvent(bytes, document, { ...common, ...ofItem(request, item.index, base) })
  return read.ok ? withCandidate(item, read.value) : endRejected(item, read.refusal)
}

/** Without the white space around the value, so that the same event has the same fingerprint as in an array. */
function trimmed(body: Buffer, from: number, to: number): Buffer {
  let start = from
  let end = to
  while (start < end && isSpace(body[start]!)) start += 1
  while (end > start && isSpace(body[end - 1]!)) end -= 1
  return body.subarray(start, end)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}

function withCandidate(item: Item, candidate: Candidate): Item {
  item.candidate = candidate
  return item
}

function endRejected(item: Item, refusal: Refusal): Item {
  item.ending = { status: 'rejected', refusal }
  return item
}

function tooManyItems(limits: Limits) {
  return refuse('batch_too_large', `the batch has more than ${limits.batchItemsMax} items; send smaller ones`)
}

function itemTooLarge(limits: Limits): Refusal {
  return { code: 'payload_too_large', detail: `the event has more than ${limits.itemBytesMax} bytes` }
}

function emptyBatch(base: string) {
  const detail = 'the batch holds no event'
  return refuse('schema_invalid', detail, { errors: [{ pointer: base, code: 'empty', detail }] })
}
