import type { Log, LogRecord } from '@eventmesh/bus'
import {
  encodeOutcome,
  errorCatalogue,
  formatTime,
  type KeyId,
  type Mode,
  type OutcomeCounter,
  type OutcomeRecord,
  type TenantId,
} from '@eventmesh/envelope'
import { problemOf } from './ack.ts'
import type { Authenticated, Caller } from './authenticate.ts'
import type { Background } from './background.ts'
import { traceId } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import type { Item } from './item.ts'
import type { Limits } from './limits.ts'
import type { Ending, Outcome, Refusal } from './outcome.ts'
import { redactedCopy } from './redact.ts'
import type { RawRequest } from './request.ts'
import { TokenBuckets } from './token-bucket.ts'

export type RecorderDeps = {
  readonly log: Log
  readonly background: Background
  readonly limits: Limits
  readonly publicUrl: string
  readonly now: () => number
  /** Whose request it was, where the refusal came before anybody asked. */
  readonly authenticate: (request: RawRequest) => Promise<Authenticated>
}

const appendDeadlineMs = 5_000
const pendingMax = 1_000
const countersMax = 10_000
const repeatsMax = 50_000

/**
 * Duplicates and rejections on the topic `outcomes`, so that their tenant sees them: best effort and bounded. What is
 * beyond the bounds becomes one counter record per key and reason with each `flush`.
 */
export class OutcomeRecorder {
  readonly #deps: RecorderDeps
  readonly #rejections: TokenBuckets
  readonly #repeats = new Map<string, { day: number; count: number }>()
  readonly #counters = new Map<string, { -readonly [Field in keyof OutcomeCounter]: OutcomeCounter[Field] }>()
  #pending = 0

  constructor(deps: RecorderDeps) {
    this.#deps = deps
    const rate = deps.limits.rejectionsPerSecond
    this.#rejections = new TokenBuckets({ rate, burst: rate, entriesMax: deps.limits.keysMax })
  }

  /** Looks at how a request ended; never throws and never waits. */
  record(exchange: Exchange, outcome: Outcome, status: number): void {
    if (outcome.kind === 'accepted' || outcome.kind === 'page' || outcome.kind === 'gone') return
    const { caller } = exchange
    if (caller !== undefined) {
      this.#send(this.#records(exchange, caller, outcome, status))
    } else if (
      outcome.kind === 'refused' &&
      isAttributable(outcome.refusal) &&
      exchange.request?.headers.authorization
    ) {
      this.#deps.background.run('attribute', this.#attribute(exchange, exchange.request, outcome, status))
    }
  }

  /** One counter record for each kind of outcome that exceeded its bound since the last time. */
  flush(): void {
    const counters = [...this.#counters.values()]
    this.#counters.clear()
    const to = formatTime(this.#deps.now())
    const records = counters.map((counter) =>
      toRecord(`${counter.tenant_id}:${counter.key_id}`, encodeOutcome({ ...counter, to })),
    )
    this.#send(records)
  }

  async #attribute(exchange: Exchange, request: RawRequest, outcome: Outcome, status: number): Promise<void> {
    const authenticated = await this.#deps.authenticate(request)
    const caller = authenticated.ok ? authenticated.value : authenticated.caller
    if (caller !== undefined) this.#send(this.#records(exchange, caller, outcome, status))
  }

  #records(exchange: Exchange, caller: Caller, outcome: Outcome, status: number): LogRecord[] {
    if (outcome.kind === 'batch') {
      const count = outcome.endings.length
      return outcome.endings.flatMap((ending, index) => {
        const statusOfItem = ending.status === 'rejected' ? errorCatalogue[ending.refusal.code].status : 202
        return ending.status === 'unknown'
          ? []
          : this.#recordOf(exchange, caller, exchange.items?.[index], ending, index, count, statusOfItem)
      })
    }
    const ending: Ending | undefined =
      outcome.kind === 'refused'
        ? { status: 'rejected', refusal: outcome.refusal }
        : outcome.kind === 'duplicate'
          ? { status: 'duplicate', eventId: outcome.eventId, idempotencyKey: outcome.idempotencyKey }
          : undefined
    return ending === undefined ? [] : this.#recordOf(exchange, caller, exchange.items?.[0], ending, 0, 1, status)
  }

  #recordOf(
    exchange: Exchange,
    caller: Caller,
    item: Item | undefined,
    ending: Ending,
    index: number,
    count: number,
    status: number,
  ): LogRecord[] {
    const refusal = ending.status === 'rejected' ? ending.refusal : undefined
    if (ending.status === 'accepted' || (refusal !== undefined && !isAttributable(refusal))) return []
    const outcome = refusal === undefined ? 'duplicate' : 'rejected'
    const candidate = item?.candidate
    const idempotencyKey = candidate?.idempotencyKey ?? refusal?.idempotencyKey ?? exchange.headerKey ?? null
    const { keyId, tenantId, mode } = caller.key
    const isKept = outcome === 'rejected' ? this.#mayReject(keyId) : this.#mayRepeat(tenantId, idempotencyKey ?? '')
    if (!isKept || this.#pending >= pendingMax) {
      this.#count({ tenantId, outcome, refusal, keyId, source: caller.scope, mode })
      return []
    }
    const { request, body } = exchange
    const bytes = refusal === undefined ? undefined : (item?.bytes ?? body)
    const record: OutcomeRecord = {
      outcome,
      tenant_id: tenantId,
      request_id: exchange.requestId,
      item: index,
      items: count,
      reason: refusal?.code ?? null,
      status,
      event_id: ending.status === 'duplicate' ? ending.eventId : (item?.identity?.eventId ?? null),
      event_type: candidate?.eventType ?? null,
      source: caller.scope,
      key_id: keyId,
      mode,
      idempotency_key: idempotencyKey,
      occurred_at: candidate?.occurredAt ?? null,
      received_at: formatTime(exchange.receivedAtMs),
      size: body?.length ?? 0,
      latency_ms: Math.round((performance.now() - exchange.startedAt) * 10) / 10,
      ip: request?.ip ?? null,
      trace_id: request === undefined ? null : traceId(request.headers),
      content_type: request?.headers['content-type']?.slice(0, 255) ?? null,
      diagnosis: null,
      problem: refusal === undefined ? null : this.#problem(refusal, exchange, count === 1),
      body: bytes === undefined || bytes.length === 0 ? null : redactedCopy(bytes),
    }
    return [toRecord(`${tenantId}:${exchange.requestId}`, encodeOutcome(record))]
  }

  #problem(refusal: Refusal, exchange: Exchange, isAlone: boolean): OutcomeRecord['problem'] {
    const headerKey = isAlone ? exchange.headerKey : undefined
    const { errors, ...problem } = problemOf(refusal, exchange.requestId, this.#deps.publicUrl, headerKey)
    return errors === undefined ? problem : { ...problem, errors: [...errors] }
  }

  #mayReject(keyId: KeyId): boolean {
    const now = performance.now()
    if (this.#rejections.waitMs(keyId, 1, now) > 0) return false
    this.#rejections.take(keyId, 1, now)
    return true
  }

  #mayRepeat(tenantId: TenantId, idempotencyKey: string): boolean {
    const name = `${tenantId}:${idempotencyKey}`
    const day = Math.floor(this.#deps.now() / 86_400_000)
    const repeat = this.#repeats.get(name)
    if (repeat === undefined || repeat.day !== day) {
      if (repeat === undefined && this.#repeats.size >= repeatsMax) {
        const oldest = this.#repeats.keys().next()
        if (!oldest.done) this.#repeats.delete(oldest.value)
      }
      this.#repeats.set(name, { day, count: 1 })
      return true
    }
    repeat.count += 1
    return repeat.count <= this.#deps.limits.duplicatesPerDay
  }

  #count(of: {
    tenantId: TenantId
    outcome: 'duplicate' | 'rejected'
    refusal: Refusal | undefined
    keyId: KeyId
    source: string
    mode: Mode
  }): void {
    const reason = of.refusal?.code ?? null
    const name = `${of.keyId} ${of.outcome} ${reason}`
    const counter = this.#counters.get(name)
    if (counter !== undefined) {
      counter.count += 1
      return
    }
    if (this.#counters.size >= countersMax) return
    const from = formatTime(this.#deps.now())
    this.#counters.set(name, {
      counter: true,
      tenant_id: of.tenantId,
      outcome: of.outcome,
      reason,
      key_id: of.keyId,
      source: of.source,
      mode: of.mode,
      count: 1,
      from,
      to: from,
    })
  }

  #send(records: readonly LogRecord[]): void {
    if (records.length === 0) return
    this.#pending += records.length
    const { log, background } = this.#deps
    background.run(
      'outcome',
      log.append('outcomes', records, { deadlineMs: appendDeadlineMs }).finally(() => {
        this.#pending -= records.length
      }),
    )
  }
}

function isAttributable(refusal: Refusal): boolean {
  return errorCatalogue[refusal.code].reason
}

function toRecord(key: string, value: Buffer): LogRecord {
  return { key, value, headers: { 'content-type': 'application/json' } }
}
