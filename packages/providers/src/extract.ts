import { hash } from 'node:crypto'
import {
  checkUtf8,
  cloudEventKey,
  type ErrorCode,
  eventLimits,
  type Issue,
  isEnvelopeKey,
  itemKey,
  type JsonDocument,
  type JsonFault,
  scanDocument,
  toEventType,
  type Wrap,
  wrapForm,
  wrapJson,
  wrapText,
} from '@eventmesh/envelope'
import { type Headers, readHeaders } from './headers.ts'
import type { JsonNode } from './json-view.ts'
import { maskVolatile } from './mask.ts'
import { readProviderTime } from './occurred-at.ts'
import { type Places, placesOf, readLoose, readStrict } from './place.ts'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import type { WebhookRequest } from './request.ts'
import type { SignedTime } from './schemes/scheme.ts'
import { splitItems } from './split.ts'

export type ExtractInput = {
  readonly provider: string
  readonly request: Pick<WebhookRequest, 'rawHeaders' | 'body'>
  /** As the verdict gave it: part of the key of a provider without delivery ids. */
  readonly signedAt: SignedTime | null
}

export type Extraction =
  | {
      readonly ok: true
      /** None: a heartbeat, answered like an event. */
      readonly items: readonly ExtractedItem[]
      /** Whether one request became several events (or could have). */
      readonly isSplit: boolean
      /** Lower case, without parameters; empty when the request named none. */
      readonly mediaType: string
      /** The CloudEvents attributes sent as headers, percent-decoded, for the fingerprint. */
      readonly attributes: readonly (readonly [name: string, value: string])[]
    }
  | {
      readonly ok: false
      readonly code: Extract<ErrorCode, 'body_malformed' | 'payload_too_large'>
      readonly detail: string
      readonly issues: readonly Issue[]
    }

export type ExtractedItem = {
  readonly eventType: string
  /** 1–255 visible ASCII. */
  readonly key: string
  readonly keyFrom: 'delivery-id' | 'body-hash' | 'item-index'
  /** As the envelope writes a time; null: the provider says none. */
  readonly occurredAt: string | null
  readonly orderingKey: string | null
  /**
   * The provider's own document with only this item, as slices: the payload is their concatenation. Prefix and suffix
   * are empty unless the item was split out of an object.
   */
  readonly payload: { readonly prefix: Buffer; readonly item: Buffer; readonly suffix: Buffer }
  /** How the payload came to be; `none` for the provider's own JSON object. */
  readonly wrap: Wrap
  /** Forms only: the exact body, for header `em-body`. */
  readonly exactBody: Buffer | null
  /** What is fingerprinted: the item's bytes (unsplit: the body), volatile values masked. */
  readonly fingerprinted: Buffer
}

/** Prefixes and suffixes of all items together; above it a split would multiply what one request may hold. */
const copiedBytesMax = 64 * 1024 * 1024

/** A proved request → its events. Never throws on any bytes. */
export function extract(input: ExtractInput): Extraction {
  const provider = providers.get(input.provider)
  const headers = readHeaders(input.request.rawHeaders)
  const { body } = input.request
  const mediaType = mediaTypeOf(headers)
  if (provider === undefined)
    return malformed({ reason: 'syntax', detail: 'the provider of this source is not known', offset: 0, pointer: '' })

  const form = formOf(provider, mediaType, body)
  if (!form.ok) return malformed(form.fault)
  const scanned = form.kind === 'json' ? form.document : undefined
  const places = placesOf(provider, headers, body, input.signedAt, scanned)
  const context: Context = { provider, headers, places, requestKey: once(() => bodyKey(body, input.signedAt)) }
  const attributes = cloudEventHeaders(provider, headers)

  const split = form.kind === 'json' ? splitItems(provider.split, places.body, body) : undefined
  if (split !== undefined) {
    const copied = split.reduce((sum, { prefix, suffix }) => sum + prefix.length + suffix.length, 0)
    if (copied > copiedBytesMax) return tooLarge()
    const items: ExtractedItem[] = []
    for (const [index, { node, outer, prefix, suffix }] of split.entries()) {
      const item = body.subarray(node.start, node.end)
      const fault = itemFault(item, node, index)
      if (fault !== undefined) return malformed(fault)
      const content = splitContent(item, node, prefix, suffix, maskVolatile(item, provider.volatile))
      items.push(describe(context, places.at(node, outer), index, split.length, content))
    }
    return { ok: true, items, isSplit: true, mediaType, attributes }
  }

  const whole = wholeBody(form, body)
  if (!whole.ok) return malformed(whole.fault)
  const item = describe(context, places, 0, 0, {
    payload: { prefix: nothing, item: whole.payload, suffix: nothing },
    wrap: whole.wrap,
    exactBody: whole.exactBody ?? null,
    fingerprinted: fingerprintedBody(provider, places, body, form.kind),
  })
  return { ok: true, items: [item], isSplit: false, mediaType, attributes }
}

const nothing = Buffer.alloc(0)

/** The payload's bytes, joined. */
export function payloadBytes(item: ExtractedItem): Buffer {
  const { prefix, item: own, suffix } = item.payload
  return prefix.length + suffix.length === 0 ? own : Buffer.concat([prefix, own, suffix])
}

type Context = {
  readonly provider: Provider
  readonly headers: Headers
  readonly places: Places
  /** A hash over the body, for those without a delivery id. */
  readonly requestKey: () => string
}

type Content = Pick<ExtractedItem, 'payload' | 'wrap' | 'exactBody' | 'fingerprinted'>

function describe(context: Context, places: Places, index: number, items: number, content: Content): ExtractedItem {
  const { provider } = context
  const parts = readLoose(places, provider.type) ?? ['event']
  const { key, keyFrom } = keyOf(context, places, index, items)
  return {
    eventType: toEventType(`${provider.id}.${parts.join('.')}`),
    key,
    keyFrom,
    occurredAt: occurredAtOf(places, provider.time),
    orderingKey: provider.key === 'cloudevents' ? orderingKeyOf(places) : null,
    payload: content.payload,
    wrap: content.wrap,
    exactBody: content.exactBody,
    fingerprinted: content.fingerprinted,
  }
}

/** The first time that is present counts, readable or not. */
function occurredAtOf(places: Places, times: Provider['time']): string | null {
  for (const place of times) {
    const time = places.read(place)
    if (time !== undefined) return readProviderTime(time) ?? null
  }
  return null
}

function keyOf(context: Context, places: Places, index: number, items: number): Pick<ExtractedItem, 'key' | 'keyFrom'> {
  const { provider, requestKey } = context
  if (provider.key === 'cloudevents') {
    const [source, id] = ['source', 'id'].map((name) => attribute(places, name))
    if (source !== undefined && id !== undefined) return { key: cloudEventKey(source, id), keyFrom: 'delivery-id' }
    return { key: requestKey(), keyFrom: 'body-hash' }
  }
  const parts = readStrict(places, provider.key)
  if (parts !== undefined) return { key: visible(parts.join(':')), keyFrom: 'delivery-id' }
  if (items > 0) return { key: itemKey(requestKey(), index), keyFrom: 'item-index' }
  return { key: requestKey(), keyFrom: 'body-hash' }
}

/** An id that an envelope cannot hold stands in it as its hash. */
function visible(key: string): string {
  return isEnvelopeKey(key) ? key : hash('sha256', key, 'hex')
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}

function bodyKey(body: Buffer, signedAt: SignedTime | null): string {
  return hash('sha256', signedAt === null ? body : Buffer.concat([body, Buffer.from(signedAt.text)]), 'hex')
}

function attribute(places: Places, name: string): string | undefined {
  const header = places.read(`header:ce-${name}`)
  return header === undefined ? places.read(`body:${name}`) : percentDecoded(header)
}

function orderingKeyOf(places: Places): string | null {
  const key = attribute(places, 'partitionkey')
  return key === undefined || Buffer.byteLength(key) > 255 || !/^[^\p{Cc}]+$/u.test(key) || !key.isWellFormed()
    ? null
    : key
}

const noAttributes: ReturnType<typeof cloudEventHeaders> = []

function cloudEventHeaders(provider: Provider, headers: Headers): readonly (readonly [string, string])[] {
  if (provider.key !== 'cloudevents') return noAttributes
  return headers.names.flatMap((name) =>
    name.startsWith('ce-') ? [[name.slice(3), percentDecoded(headers.get(name)!)] as const] : [],
  )
}

/** CloudEvents HTTP binding 1.0.2, section 3.1.3.2; what is no valid escape stays as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone percent sign is itself.
    return text
  }
}

type BodyForm =
  | { readonly ok: true; readonly kind: 'form' | 'text' }
  /** `isJudged`: the limits of one event hold for all of it. */
  | { readonly ok: true; readonly kind: 'json'; readonly document: JsonDocument; readonly isJudged: boolean }
  | { readonly ok: false; readonly fault: JsonFault }

/**
 * What calls itself JSON must be JSON. Other types are read as JSON where the body is an object or array all the same:
 * SNS posts JSON as text/plain, and some providers name no type at all.
 */
function formOf(provider: Provider, mediaType: string, body: Buffer): BodyForm {
  if (mediaType === 'application/x-www-form-urlencoded') return { ok: true, kind: 'form' }
  const isNamedJson = mediaType === 'application/json' || mediaType === 'text/json' || mediaType.endsWith('+json')
  if (provider.claims === 'body' && !isNamedJson) return { ok: true, kind: 'text' }
  const encoding = checkUtf8(body)
  const limits =
    provider.split === undefined
      ? eventLimits
      : { depthMax: eventLimits.depthMax + (provider.split.path === '' ? 1 : 0), membersMax: 1_000_000 }
  const document = encoding === undefined ? scanDocument(body, limits) : undefined
  if (document?.ok === true && (isNamedJson || document.kind === 'object' || document.kind === 'array'))
    return { ok: true, kind: 'json', document, isJudged: provider.split === undefined }
  if (!isNamedJson) return { ok: true, kind: 'text' }
  return { ok: false, fault: encoding ?? (document as Extract<typeof document, { ok: false }>).fault }
}

type Whole =
  | { readonly ok: true; readonly payload: Buffer; readonly wrap: Wrap; readonly exactBody?: Buffer }
  | { readonly ok: false; readonly fault: JsonFault }

function wholeBody(form: Extract<BodyForm, { ok: true }>, body: Buffer): Whole {
  switch (form.kind) {
    case 'form':
      return { ok: true, ...wrapForm(body) }
    case 'text':
      return { ok: true, ...wrapText(body) }
    case 'json': {
      const document = form.isJudged ? undefined : scanDocument(body, eventLimits)
      if (document?.ok === false) return { ok: false, fault: document.fault }
      return form.document.kind === 'object'
        ? { ok: true, payload: body, wrap: 'none' }
        : { ok: true, ...wrapJson(body) }
    }
  }
}

/** Of a body that is a token, only what it says: the token is signed anew for each attempt. */
function fingerprintedBody(provider: Provider, places: Places, body: Buffer, kind: 'json' | 'form' | 'text'): Buffer {
  if (provider.claims === 'body') {
    const said = places.read('claim:data')
    return said === undefined ? body : Buffer.from(said)
  }
  return kind === 'json' ? maskVolatile(body, provider.volatile, places.body) : body
}

/** An item of a top-level array that is no object is wrapped as any body would be. */
function splitContent(item: Buffer, node: JsonNode, prefix: Buffer, suffix: Buffer, fingerprinted: Buffer): Content {
  if (prefix.length > 0 || node.kind === 'object')
    return { payload: { prefix, item, suffix }, wrap: 'none', exactBody: null, fingerprinted }
  return { payload: { prefix, item: wrapJson(item).payload, suffix }, wrap: 'json', exactBody: null, fingerprinted }
}

function itemFault(item: Buffer, node: JsonNode, index: number): JsonFault | undefined {
  const document = scanDocument(item, eventLimits)
  if (document.ok) return undefined
  return {
    ...document.fault,
    offset: node.start + document.fault.offset,
    pointer: `/${index}${document.fault.pointer}`,
  }
}

function mediaTypeOf(headers: Headers): string {
  const contentType = headers.get('content-type') ?? ''
  return contentType === 'application/json' ? contentType : contentType.split(';')[0]!.trim().toLowerCase()
}

function malformed(fault: JsonFault): Extraction {
  const issue = { pointer: fault.pointer, code: 'body_malformed', detail: `${fault.detail} (byte ${fault.offset})` }
  return { ok: false, code: 'body_malformed', detail: `the body cannot be read: ${fault.detail}`, issues: [issue] }
}

function tooLarge(): Extraction {
  const detail = 'the body holds too many items beside too much that each of them would carry'
  return { ok: false, code: 'payload_too_large', detail, issues: [] }
}
