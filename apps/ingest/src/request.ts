import { checkIdempotencyKey } from '@eventmesh/envelope'
import { clientIp } from './client-ip.ts'
import type { Exchange } from './exchange.ts'
import type { RequestHeaders } from './ingest-message.ts'
import type { Limits } from './limits.ts'
import { type Refusal, type Result, refuse } from './outcome.ts'

export type RawRequest = {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As received, without `?`; empty when there is none. */
  readonly query: string
  readonly headers: RequestHeaders
  readonly ip: string
}

/** `single` and `batch` are the native routes, `hook` is the address of a source. */
export type Route = 'single' | 'batch' | 'hook'

/** How the body of an event request is to be read; a delivery is read as its provider's record says. */
export type Form = 'native' | 'structured' | 'binary' | 'array' | 'cloudevents-array' | 'ndjson' | 'delivery'

export type EventRequest = RawRequest & {
  readonly form: Form
  readonly isBatch: boolean
  /** Lower case, without parameters; empty if there was none. */
  readonly mediaType: string
  readonly declaredBytes: number | undefined
  readonly bodyBytesMax: number
  /** Header `Idempotency-Key` of a native request. */
  readonly idempotencyKey: string | undefined
}

/** A refused head that could still be read names the request, so that its tenant can be told. */
export type Head =
  | { readonly ok: true; readonly value: RawRequest }
  | { readonly ok: false; readonly refusal: Refusal; readonly request?: RawRequest }

/** The rules that hold on every route, before anything is looked up (RFC 9112 section 3.2, RFC 9110 section 7.2). */
export function readHead(exchange: Exchange, limits: Limits, trustedProxyHops: number): Head {
  const { incoming } = exchange
  if (incoming.rawHeaders.length > 2 * limits.headerFieldsMax) {
    return refuse('headers_too_large', `the request has more than ${limits.headerFieldsMax} header fields`)
  }
  const target = incoming.url ?? ''
  if (target.length > limits.urlBytesMax) {
    return refuse('uri_too_long', `the URL has ${target.length} bytes; at most ${limits.urlBytesMax} are allowed`)
  }

  const { headers, repeated } = incoming.table
  if (repeated === 'host') return refuse('request_malformed', 'the request has two Host headers')
  const host = headers.host
  if (host === undefined || !hostForm.test(host)) {
    return refuse('request_malformed', 'the request needs one valid Host header')
  }
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return refuse('request_malformed', 'the only Transfer-Encoding accepted is chunked')
  }
  const place = placeOf(target, host)
  if (place === undefined) return refuse('request_malformed', 'the request target is not a path of this host')
  const ip = clientIp(incoming.socket.remoteAddress, headers['x-forwarded-for'], trustedProxyHops)
  const request = { method: incoming.method ?? '', ...place, headers, ip }
  if (repeated === undefined) return { ok: true, value: request }
  return { ...refuse('header_repeated', `header ${repeated} stands in the request more than once`), request }
}

const hostForm = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Never routes by host: an absolute target (RFC 9112 section 3.2.2) must name the Host header's own. */
function placeOf(target: string, host: string): { path: string; query: string } | undefined {
  let path = target
  if (!target.startsWith('/')) {
    const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target)
    if (absolute === null || absolute[1]!.toLowerCase() !== host.toLowerCase()) return undefined
    path = absolute[2]!
  }
  if (path.includes('\\')) return undefined
  const end = path.search(/[?#]/)
  if (end < 0) return { path, query: '' }
  const query = path[end] === '?' ? path.slice(end + 1).split('#', 1)[0]! : ''
  return { path: path.slice(0, end), query }
}

const hooks = '/hooks/'

/** The token in the address of a source: what follows `/hooks/`, as received; undefined of any other path. */
export function hookToken(path: string): string | undefined {
  if (!path.startsWith(hooks) || path.length === hooks.length || path.includes('/', hooks.length)) return undefined
  return path.slice(hooks.length)
}

const shownHook = `${hooks}{token}`

/**
 * A path as a log may show it: the address of a source is a secret, also where it is mistyped. All ASCII: one other letter
 * doubles every line that waits to be written with it.
 */
export function shownPath(path: string): string {
  if (path.startsWith(hooks)) return shownHook
  return path.replace(/\bhooks\b.*$/is, 'hooks/{token}').slice(0, 100)
}

/** What headers alone decide of a request about events: all of it before a byte of the body is read. */
export function readRequest(head: RawRequest, route: Route, limits: Limits): Result<EventRequest> {
  const { headers } = head
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('media_type_unsupported', 'compressed bodies are not accepted; send it without Content-Encoding')
  }
  const length = headers['content-length']
  const declaredBytes =
    length === undefined ? (headers['transfer-encoding'] === undefined ? 0 : undefined) : Number(length)
  if (route === 'hook') return readDelivery(head, declaredBytes, limits.webhookBytesMax)

  const isBatch = route === 'batch'
  const contentType = headers['content-type']
  const mediaType = contentType === undefined ? '' : mediaTypeOf(contentType)
  const form = mediaType === undefined ? undefined : isBatch ? batchForms[mediaType] : singleForm(mediaType, headers)
  if (mediaType === undefined || form === undefined) {
    return refuse('media_type_unsupported', `send ${isBatch ? batchTypes : singleTypes}, in UTF-8`)
  }

  const bodyBytesMax = isBatch ? limits.batchBytesMax : limits.bodyBytesMax
  if (declaredBytes !== undefined && declaredBytes > bodyBytesMax) {
    return { ok: false, refusal: tooLarge(isBatch, bodyBytesMax) }
  }

  const idempotencyKey = headers['idempotency-key']
  if (idempotencyKey !== undefined) {
    const verdict = checkIdempotencyKey(idempotencyKey)
    if (verdict !== 'ok') return refuse('idempotency_key_invalid', `header Idempotency-Key: ${verdict}`)
  }
  return { ok: true, value: { ...head, form, isBatch, mediaType, declaredBytes, bodyBytesMax, idempotencyKey } }
}

/** Of any media type: what it holds is its provider's matter. */
function readDelivery(head: RawRequest, declaredBytes: number | undefined, bodyBytesMax: number): Result<EventRequest> {
  if (declaredBytes !== undefined && declaredBytes > bodyBytesMax) {
    return { ok: false, refusal: tooLarge(false, bodyBytesMax) }
  }
  const value: EventRequest = {
    ...head,
    form: 'delivery',
    isBatch: false,
    mediaType: '',
    declaredBytes,
    bodyBytesMax,
    idempotencyKey: undefined,
  }
  return { ok: true, value }
}

export function tooLarge(isBatch: boolean, bodyBytesMax: number): Refusal {
  return {
    code: isBatch ? 'batch_too_large' : 'payload_too_large',
    detail: `the body has more than ${bodyBytesMax} bytes; ${isBatch ? 'send smaller batches' : 'send less in one event'}`,
  }
}

const singleTypes = 'application/json, or a CloudEvent as application/cloudevents+json or with ce-* headers'
const batchTypes = 'application/json, application/cloudevents-batch+json or application/x-ndjson'

const batchForms: Readonly<Record<string, Form | undefined>> = {
  __proto__: null as never,
  'application/json': 'array',
  'application/cloudevents-batch+json': 'cloudevents-array',
  'application/x-ndjson': 'ndjson',
}

function singleForm(mediaType: string, headers: RequestHeaders): Form | undefined {
  if (mediaType === 'application/cloudevents+json') return 'structured'
  // CloudEvents HTTP binding section 3: no CloudEvents media type, but the attributes as headers.
  if (headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined) return 'binary'
  return mediaType === 'application/json' ? 'native' : undefined
}

/** The media type without parameters; undefined if it is malformed or names a charset other than UTF-8. */
function mediaTypeOf(contentType: string): string | undefined {
  if (contentType === 'application/json') return contentType
  const [type, ...parameters] = contentType.split(';')
  const mediaType = type!.trim().toLowerCase()
  if (!/^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(mediaType)) return undefined
  for (const parameter of parameters) {
    const [name, value] = parameter.split('=')
    if (name!.trim().toLowerCase() !== 'charset') continue
    if (!/^"?utf-?8"?$/i.test(value?.trim() ?? '')) return undefined
  }
  return mediaType
}
