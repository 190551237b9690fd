import type { Log, LogRecord } from '@eventmesh/bus'
import {
  type ErrorCode,
  encodeOutcome,
  errorCatalogue,
  formatTime,
  type KeyId,
  type Mode,
  type OutcomeCounter,
  type OutcomeRecord,
  type SourceId,
  type TenantId,
} from '@eventmesh/envelope'
import { problemOf } from './ack.ts'
import { isAttributable } from './authenticate.ts'
import type { Background } from './background.ts'
import { type Caller, keyIdOf, type SourceCaller } from './caller.ts'
import { traceId } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import type { Item } from './item.ts'
import type { Limits } from './limits.ts'
import { type Ending, type Outcome, type Refusal, statusOf } from './outcome.ts'
import type { VerificationRecorder } from './record-verification.ts'
import { redactedCopy } from './redact.ts'
import type { RawRequest } from './request.ts'
import { TokenBuckets } from './token-bucket.ts'
import { WindowCounts } from './window-counts.ts'

export type RecorderDeps = {
  readonly log: Log
  readonly background: Background
  readonly limits: Limits
  readonly publicUrl: string
  readonly now: () => number
  /** Whose request it was, where the refusal came before anybody asked. */
  readonly attribute: (request: RawRequest) => Promise<Caller | undefined>
  readonly verifications: VerificationRecorder
}

type Refused = Extract<Outcome, { readonly kind: 'refused' }>

const appendDeadlineMs = 5_000
const pendingMax = 1_000
const countersMax = 10_000
const repeatsMax = 50_000
const dayMs = 86_400_000

/**
 * Duplicates and rejections on the topic `outcomes`, so that their tenant sees them: best effort and bounded. What is
 * beyond the bounds becomes one counter record per key and reason with each `flush`.
 */
export class OutcomeRecorder {
  readonly #deps: RecorderDeps
  readonly #rejections: TokenBuckets
  readonly #repeats: WindowCounts
  readonly #counters = new Map<string, { -readonly [Field in keyof OutcomeCounter]: OutcomeCounter[Field] }>()
  #pending = 0

  constructor(deps: RecorderDeps) {
    this.#deps = deps
    const rate = deps.limits.rejectionsPerSecond
    this.#rejections = new TokenBuckets({ rate, burst: rate, entriesMax: deps.limits.keysMax })
    this.#repeats = new WindowCounts({ max: deps.limits.duplicatesPerDay, windowMs: dayMs, entriesMax: repeatsMax })
  }

  /** Looks at how a request ended; never throws and never waits. */
  record(exchange: Exchange, outcome: Outcome, status: number): void {
    if (outcome.kind === 'page' || outcome.kind === 'gone') return
    const { caller } = exchange
    if (caller?.kind === 'source') {
      if (outcome.kind === 'refused' && exchange.body !== undefined && proofCodes.has(outcome.refusal.code)) {
        this.#deps.background.run('diagnosis', this.#diagnosed(exchange, caller, outcome, status))
        return
      }
      if (outcome.kind === 'refused' && exchange.body !== undefined && outcome.refusal.code === 'auth_unavailable') {
        this.#deps.verifications.undecided(exchange, caller, outcome.refusal)
      }
      if (exchange.proof !== undefined) this.#deps.verifications.passed(exchange, caller)
    }
    if (outcome.kind === 'accepted' || outcome.kind === 'handshake') return
    if (caller !== undefined) {
      this.#send(this.#records(exchange, caller, outcome, status))
    } else if (
      outcome.kind === 'refused' &&
      isReason(outcome.refusal) &&
      exchange.request !== undefined &&
      isAttributable(exchange.request)
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
      toRecord(`${counter.tenant_id}:${counter.key_id ?? counter.source}`, encodeOutcome({ ...counter, to })),
    )
    this.#send(records)
  }

  async #attribute(exchange: Exchange, request: RawRequest, outcome: Outcome, status: number): Promise<void> {
    const caller = await this.#deps.attribute(request)
    if (caller === undefined) return
    const isTwice = caller.kind === 'source' && outcome.kind === 'refused' && outcome.refusal.code === 'header_repeated'
    this.#send(this.#records(exchange, caller, outcome, status, isTwice ? 'header_duplicated' : null))
  }

  async #diagnosed(exchange: Exchange, caller: SourceCaller, outcome: Refused, status: number): Promise<void> {
    let diagnosis: string | null = null
    try {
      diagnosis = (await this.#deps.verifications.failed(exchange, caller, outcome.refusal))?.code ?? null
    } finally {
      this.#send(this.#records(exchange, caller, outcome, status, diagnosis))
    }
  }

  #records(
    exchange: Exchange,
    caller: Caller,
    outcome: Outcome,
    status: number,
    diagnosis: string | null = null,
  ): LogRecord[] {
    if (outcome.kind === 'batch') {
      const count = outcome.endings.length
      return outcome.endings.flatMap((ending, index) => {
        const statusOfItem = ending.status === 'rejected' ? statusOf(ending.refusal) : (outcome.answer?.status ?? 202)
        return ending.status === 'unknown'
          ? []
          : this.#recordOf(exchange, caller, exchange.items?.[index], ending, { index, count, status: statusOfItem })
      })
    }
    const ending: Ending | undefined =
      outcome.kind === 'refused'
        ? { status: 'rejected', refusal: outcome.refusal }
        : outcome.kind === 'duplicate'
          ? { status: 'duplicate', eventId: outcome.eventId, idempotencyKey: outcome.idempotencyKey }
          : undefined
    const place = { index: 0, count: 1, status, diagnosis }
    return ending === undefined ? [] : this.#recordOf(exchange, caller, exchange.items?.[0], ending, place)
  }

  #recordOf(
    exchange: Exchange,
    caller: Caller,
    item: Item | undefined,
    ending: Ending,
    {
      index,
      count,
      status,
      diagnosis = null,
    }: {
      readonly index: number
      readonly count: number
      readonly status: number
      readonly diagnosis?: string | null
    },
  ): LogRecord[] {
    const refusal = ending.status === 'rejected' ? ending.refusal : undefined
    if (ending.status === 'accepted' || (refusal !== undefined && !isReason(refusal))) return []
    const outcome = refusal === undefined ? 'duplicate' : 'rejected'
    const candidate = item?.candidate
    const idempotencyKey = candidate?.idempotencyKey ?? refusal?.idempotencyKey ?? exchange.headerKey ?? null
    const { id, tenantId, mode, scope: source } = caller
    const keyId = keyIdOf(caller)
    const name = `${tenantId}:${caller.kind === 'key' ? '' : id}:${idempotencyKey ?? ''}`
    const isKept = outcome === 'rejected' ? this.#mayReject(id) : this.#repeats.take(name, this.#deps.now())
    if (!isKept || this.#pending >= pendingMax) {
      this.#count({ tenantId, outcome, refusal, keyId, source, mode })
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
      source,
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
      diagnosis,
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

  #mayReject(id: KeyId | SourceId): boolean {
    const now = performance.now()
    if (this.#rejections.waitMs(id, 1, now) > 0) return false
    this.#rejections.take(id, 1, now)
    return true
  }

  #count(of: {
    tenantId: TenantId
    outcome: 'duplicate' | 'rejected'
    refusal: Refusal | undefined
    keyId: KeyId | null
    source: string
    mode: Mode
  }): void {
    const reason = of.refusal?.code ?? null
    const name = `${of.keyId ?? of.source} ${of.outcome} ${reason}`
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

/** Whether it may be kept as a tenant's rejection: by a 503 of ours nothing was decided. */
function isReason(refusal: Refusal): boolean {
  return errorCatalogue[refusal.code].reason && (refusal.code === 'source_paused' || statusOf(refusal) !== 503)
}

const proofCodes: ReadonlySet<ErrorCode> = new Set([
  'signature_missing',
  'signature_mismatch',
  'timestamp_skew',
  'header_repeated',
])

function toRecord(key: string, value: Buffer): LogRecord {
  return { key, value, headers: { 'content-type': 'application/json' } }
}
