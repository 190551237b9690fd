import type { LogRecord } from '@eventmesh/bus'
import { spliceEnvelope, type Wrap } from '@eventmesh/envelope'
import { type Caller, keyIdOf } from './caller.ts'
import type { Exchange } from './exchange.ts'
import type { RequestHeaders } from './ingest-message.ts'
import type { Candidate, Item } from './item.ts'
import { redact } from './redact.ts'

const headersBytesMax = 4_096
/** The eight fields without their payload, each at its longest. */
const fieldsBytesMax = 2_048
const httpBytesMax = 1_024
/** Request headers that help to find a sender and tell nothing about it that it would not print itself. */
const httpNames = ['user-agent', 'host', 'accept'] as const

/** Candidate → record for every item that is to be published; what is too large for the log ends here. */
export function envelope(
  items: readonly Item[],
  exchange: Exchange,
  caller: Caller,
  { receivedAt, recordBytesMax }: { readonly receivedAt: string; readonly recordBytesMax: number },
): Item[] {
  const common = commonHeaders(exchange, caller)
  const published: Item[] = []
  for (const item of items) {
    const { candidate, identity, dedupe } = item
    if (item.ending !== undefined || candidate === undefined || identity === undefined || dedupe === undefined) continue
    const headers = recordHeaders(
      identity,
      dedupe,
      items.length === 1 ? '0/1' : `${item.index}/${items.length}`,
      candidate.wrap,
      common,
    )
    if (candidate.attributes !== undefined) Object.assign(headers, candidate.attributes)
    dropTooMuch(headers)
    const record: LogRecord = {
      key: `${caller.tenantId}:${candidate.orderingKey ?? identity.eventId}`,
      value: spliceEnvelope(
        {
          eventId: identity.eventId,
          eventType: candidate.eventType,
          tenantId: caller.tenantId,
          requestId: exchange.requestId,
          occurredAt: candidate.occurredAt,
          receivedAt,
          idempotencyKey: candidate.idempotencyKey,
        },
        candidate.payload,
      ),
      headers,
      exactBody: candidate.exactBody,
    }
    if (record.value.length + (record.exactBody?.length ?? 0) + headersBytesMax > recordBytesMax) {
      const refusal = {
        code: 'payload_too_large',
        detail: `the event with its envelope has more than ${recordBytesMax} bytes`,
        idempotencyKey: candidate.idempotencyKey,
      } as const
      item.ending = { status: 'rejected', refusal }
      continue
    }
    item.record = record
    published.push(item)
  }
  return published
}

/** Whether what a webhook brought fits into a record whatever else stands in it: asked before anything is claimed. */
export function fitsRecord({ payload, exactBody }: Candidate, recordBytesMax: number): boolean {
  return payload.length + (exactBody?.length ?? 0) + fieldsBytesMax + headersBytesMax <= recordBytesMax
}

/** What all records of one request share: reliability section 4. */
type CommonHeaders = {
  readonly source: string
  readonly mode: string
  readonly size: string
  readonly ms: string
  readonly ip: string
  readonly keyId: string | null
  readonly contentType: string | undefined
  readonly trace: string | undefined
  readonly http: string | undefined
}

function commonHeaders(exchange: Exchange, caller: Caller): CommonHeaders {
  const { headers, ip } = exchange.request!
  const contentType = headers['content-type']
  const trace = headers.traceparent
  return {
    source: caller.scope,
    mode: caller.mode,
    size: String(exchange.body!.length),
    ms: exchange.stepTimes,
    ip,
    keyId: keyIdOf(caller),
    contentType: contentType === undefined ? undefined : printable(contentType),
    trace: trace !== undefined && traceForm.test(trace) ? trace : undefined,
    http: httpHeader(headers),
  }
}

/** One literal: an object that is spread and added to costs as much as all the rest of a record. */
function recordHeaders(
  { eventId, fp }: NonNullable<Item['identity']>,
  dedupe: string,
  item: string,
  wrap: Wrap,
  common: CommonHeaders,
): Record<string, string> {
  const headers: Record<string, string> = {
    'em-event-id': eventId,
    'em-fp': fp,
    'em-dedupe': dedupe,
    'em-item': item,
    'em-wrap': wrap,
    'em-source': common.source,
    'em-mode': common.mode,
    'em-envelope': '1',
    'em-size': common.size,
    'em-ms': common.ms,
    'em-ip': common.ip,
    'content-type': 'application/json',
  }
  if (common.keyId !== null) headers['em-key-id'] = common.keyId
  if (common.contentType !== undefined) headers['em-content-type'] = common.contentType
  if (common.trace !== undefined) headers.traceparent = common.trace
  if (common.http !== undefined) headers['em-http'] = common.http
  return headers
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const traceForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export function traceId(headers: RequestHeaders): string | null {
  const trace = headers.traceparent
  return trace !== undefined && traceForm.test(trace) ? trace.slice(3, 35) : null
}

/** The same few senders come again and again: their header is made once. */
const httpHeaders = new Map<string, string | undefined>()
const httpHeadersMax = 1_000

function httpHeader(headers: RequestHeaders): string | undefined {
  const name = `${headers['user-agent']}\n${headers.host}\n${headers.accept}`
  if (httpHeaders.has(name)) return httpHeaders.get(name)
  if (httpHeaders.size === httpHeadersMax) httpHeaders.clear()
  const made = makeHttpHeader(headers)
  httpHeaders.set(name, made)
  return made
}

function makeHttpHeader(headers: RequestHeaders): string | undefined {
  const kept: Record<string, string> = {}
  for (const name of httpNames) {
    const value = headers[name]
    if (value !== undefined) kept[name] = redact(printable(value.slice(0, 200)))
  }
  const text = JSON.stringify(kept)
  return Buffer.byteLength(text) > httpBytesMax ? undefined : text
}

function printable(value: string): string {
  return allPrintable.test(value) ? value : value.replace(/[^\x20-\x7e]/g, '?')
}

const allPrintable = /^[\x20-\x7e]*$/

/** `em-http` is a convenience: it goes before the headers exceed their bound. */
function dropTooMuch(headers: Record<string, string>): void {
  let size = 0
  for (const name in headers) size += name.length + headers[name]!.length
  if (size > headersBytesMax) delete headers['em-http']
}
