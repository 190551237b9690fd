import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorCatalogue, type Problem, type RequestId } from '@eventmesh/envelope'
import type { Answer as ProviderAnswer } from '@eventmesh/providers'
import type { Exchange } from './exchange.ts'
import type { Budget } from './limit.ts'
import { type Ending, type Outcome, type Refusal, statusOf } from './outcome.ts'
import { hookToken } from './request.ts'

export type AckDeps = {
  readonly budget: Budget
  /** Public address of this service: every problem's `type` can be opened there. */
  readonly publicUrl: string
  /** Answers are the last ones on their connections. */
  readonly isDraining: () => boolean
}

/** How long, and for how many bytes, a refused upload is read on so that the answer is not lost to a reset. */
const lingerMs = 1_000
const lingerBytesMax = 16 * 1024 * 1024

/** Outcome → response: the only place where one is written. Answers the status, 0 if nobody is left to be told. */
export function ack(exchange: Exchange, outcome: Outcome, deps: AckDeps): number {
  const { outgoing } = exchange
  if (outcome.kind === 'gone' || outgoing.destroyed || outgoing.headersSent) return 0
  const { status, contentType, text, extra } = answerOf(exchange, outcome, deps)
  // The one answer that counts is ASCII, and written for half the cost when that is said.
  const isAscii = outcome.kind === 'accepted' && outcome.answer === undefined
  const headers = ['X-Request-Id', exchange.requestId, ...extra]
  if (contentType !== undefined) headers.push('Content-Type', contentType)
  // RFC 9110 section 8.6.
  if (status !== 204) headers.push('Content-Length', String(isAscii ? text.length : Buffer.byteLength(text)))
  if (status !== 401) rateHeaders(exchange, deps.budget, headers)
  const isUnread = hasUnreadBody(exchange)
  if (isUnread || deps.isDraining()) headers.push('Connection', 'close')
  outgoing.writeHead(status, headers)
  if (!isUnread) {
    outgoing.end(text, isAscii ? 'latin1' : 'utf8')
    return status
  }
  outgoing.write(text)
  linger(exchange, outgoing)
  return status
}

type Answer = {
  readonly status: number
  readonly contentType: string | undefined
  readonly text: string
  readonly extra: readonly string[]
}

const nothing: readonly string[] = []
const replayed = ['Idempotency-Replayed', 'true']

function answerOf(exchange: Exchange, outcome: Exclude<Outcome, { kind: 'gone' }>, deps: AckDeps): Answer {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate': {
      const extra = outcome.kind === 'duplicate' ? replayed : nothing
      if (outcome.answer !== undefined) return providerAnswer(outcome.answer, extra)
      return {
        status: 202,
        contentType: 'application/json',
        text: `{"event_id":"${outcome.eventId}","request_id":"${exchange.requestId}","idempotency_key":${JSON.stringify(outcome.idempotencyKey)},"status":"${outcome.kind}"${outcome.isQuarantined === true ? ',"quarantined":true' : ''}}`,
        extra,
      }
    }
    case 'batch': {
      const isKept = outcome.endings.every(isKeptEnding)
      if (outcome.answer !== undefined && isKept) return providerAnswer(outcome.answer)
      return batchAnswer(exchange, outcome.endings, deps.publicUrl)
    }
    case 'handshake':
      return providerAnswer(outcome.answer)
    case 'page':
      return { status: outcome.status, contentType: outcome.contentType, text: outcome.text, extra: nothing }
    case 'refused': {
      const { refusal } = outcome
      const problem = problemOf(refusal, exchange.requestId, deps.publicUrl, exchange.headerKey)
      return {
        status: problem.status,
        contentType: 'application/problem+json',
        text: JSON.stringify(problem),
        extra: refusalHeaders(refusal, isDelivery(exchange)),
      }
    }
  }
}

/** Whole: nothing of ours but what every answer carries. */
function providerAnswer({ status, headers, body }: ProviderAnswer, extra: readonly string[] = nothing): Answer {
  return { status, contentType: undefined, text: body, extra: [...Object.entries(headers).flat(), ...extra] }
}

function isDelivery({ request }: Exchange): boolean {
  return request !== undefined && hookToken(request.path) !== undefined
}

/** RFC 9457. */
export function problemOf(refusal: Refusal, requestId: RequestId, publicUrl: string, headerKey?: string): Problem {
  const { title, retryable } = errorCatalogue[refusal.code]
  const idempotencyKey = refusal.idempotencyKey ?? headerKey
  return {
    type: `${publicUrl}/errors/${refusal.code}`,
    title,
    status: statusOf(refusal),
    code: refusal.code,
    detail: refusal.detail,
    request_id: requestId,
    retryable,
    ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  }
}

function refusalHeaders(refusal: Refusal, isDelivery: boolean): readonly string[] {
  const headers: string[] = []
  if (refusal.retryAfterSeconds !== undefined) headers.push('Retry-After', String(refusal.retryAfterSeconds))
  if (refusal.allow !== undefined) headers.push('Allow', refusal.allow)
  // RFC 9110 section 11.6.1: a 401 names the scheme.
  if (statusOf(refusal) === 401) {
    headers.push('WWW-Authenticate', `${isDelivery ? 'Signature' : 'Bearer'} realm="eventmesh"`)
  }
  return headers
}

/**
 * 202: all kept. 503: some not, as far as we know; send the whole batch again. 207: some are refused for good; a provider
 * would not look at which, and is told 503.
 */
function batchAnswer(exchange: Exchange, endings: readonly Ending[], publicUrl: string): Answer {
  const { requestId } = exchange
  let status = 202
  let retryAfterSeconds = 0
  const results = endings.map((ending, index) => {
    if (isKeptEnding(ending)) {
      const quarantined = ending.isQuarantined === true ? { quarantined: true } : {}
      const { status: kept, eventId: event_id, idempotencyKey: idempotency_key } = ending
      return { index, status: kept, event_id, idempotency_key, ...quarantined }
    }
    if (ending.status === 'unknown' || isDelivery(exchange)) {
      status = 503
      retryAfterSeconds = Math.max(retryAfterSeconds, ending.refusal.retryAfterSeconds ?? 1)
    } else if (status === 202) {
      status = 207
    }
    const { refusal } = ending
    const key = refusal.idempotencyKey === undefined ? {} : { idempotency_key: refusal.idempotencyKey }
    return { index, status: ending.status, ...key, problem: problemOf(refusal, requestId, publicUrl) }
  })
  return {
    status,
    contentType: 'application/json',
    text: JSON.stringify({ request_id: requestId, results }),
    extra: status === 503 ? ['Retry-After', String(retryAfterSeconds)] : nothing,
  }
}

function isKeptEnding(ending: Ending): ending is Extract<Ending, { status: 'accepted' | 'duplicate' }> {
  return ending.status === 'accepted' || ending.status === 'duplicate'
}

/** draft-ietf-httpapi-ratelimit-headers-10. */
function rateHeaders(exchange: Exchange, { tenants }: Budget, headers: string[]): void {
  if (exchange.caller?.kind !== 'key' || tenants.rate === 0) return
  const now = performance.now()
  const { tenantId } = exchange.caller
  const left = tenants.left(tenantId, now)
  const fullInSeconds = Math.max(1, Math.ceil((tenants.burst - left) / tenants.rate))
  headers.push(
    'RateLimit-Policy',
    `"tenant";q=${tenants.wholeRate};w=1`,
    'RateLimit',
    `"tenant";r=${left};t=${fullInSeconds}`,
  )
}

function hasUnreadBody({ incoming }: Exchange): boolean {
  if (incoming.complete) return false
  const { headers } = incoming
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** The answer is out; the response ends when the upload does, or after a short while. */
function linger({ incoming }: Exchange, outgoing: ServerResponse): void {
  let bytes = 0
  const end = (): void => {
    clearTimeout(timer)
    incoming.off('data', onData).off('end', end).off('close', end)
    outgoing.end()
  }
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length
    if (bytes > lingerBytesMax) end()
  }
  const timer = setTimeout(end, lingerMs)
  incoming.on('data', onData).on('end', end).on('close', end).resume()
}

/** The same answer where the parser made no request of what came: written to the socket, which then closes. */
export function ackSocket(socket: Duplex, refusal: Refusal, requestId: RequestId, publicUrl: string): number {
  const problem = problemOf(refusal, requestId, publicUrl)
  if (!socket.writable) return 0
  const text = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(text)}\r\n` +
      `X-Request-Id: ${requestId}\r\n` +
      'Connection: close\r\n\r\n' +
      text,
  )
  setTimeout(() => socket.destroy(), lingerMs).unref()
  return problem.status
}
