import type { Verification } from '@eventmesh/db'
import {
  claimedTime,
  type DiagnoseInput,
  type Diagnosis,
  diagnose,
  fetchKeys,
  type KeysPort,
  providers,
  signatureHeaders,
} from '@eventmesh/providers'
import type { Background } from './background.ts'
import type { SourceCaller } from './caller.ts'
import type { Exchange } from './exchange.ts'
import type { Limits } from './limits.ts'
import type { Refusal } from './outcome.ts'
import type { SourceStore } from './source-store.ts'
import { deliveryOf } from './verify.ts'
import { WindowCounts } from './window-counts.ts'

export type VerificationDeps = {
  readonly sourceStore: Pick<SourceStore, 'siblings' | 'recordVerification'>
  /** Certificates and key sets that providers publish. */
  readonly publishedKeys: KeysPort
  readonly background: Background
  readonly limits: Limits
  readonly now: () => number
}

const minuteMs = 60_000
const siblingsBodyBytesMax = 1024 * 1024

/**
 * How deliveries were proved and why not, for their tenant's eyes alone: bounded per source and minute, beside the
 * answers. Of a signature no more than its first 8 characters are kept.
 */
export class VerificationRecorder {
  readonly #deps: VerificationDeps
  readonly #passes: WindowCounts
  readonly #failures: WindowCounts

  constructor(deps: VerificationDeps) {
    this.#deps = deps
    const bound = { max: deps.limits.diagnosesPerMinute, windowMs: minuteMs, entriesMax: deps.limits.keysMax }
    this.#passes = new WindowCounts(bound)
    this.#failures = new WindowCounts(bound)
  }

  passed(exchange: Exchange, caller: SourceCaller): void {
    if (!this.#passes.take(caller.id, this.#deps.now())) return
    const { request, body, incoming, proof, receivedAtMs } = exchange
    const { source } = caller
    const provider = providers.get(source.provider)
    const headers = provider === undefined ? [] : signatureHeaders(provider, source.options)
    this.#record(exchange, caller, {
      verdict: 'pass',
      reason: null,
      diagnosis: null,
      detail: null,
      evidence: {
        scheme: provider?.scheme.id ?? null,
        header: headers.find((name) => incoming.headers[name] !== undefined) ?? null,
        method: request?.method ?? null,
        url: caller.url,
        bodyBytes: body?.length ?? 0,
        ...claimedTime(proof?.signedAt, receivedAtMs),
      },
    })
  }

  /** What is wrong with a delivery whose proof was refused, if its bound allows to look. */
  async failed(exchange: Exchange, caller: SourceCaller, refusal: Refusal): Promise<Diagnosis | undefined> {
    if (!this.#failures.take(caller.id, this.#deps.now())) return undefined
    const diagnosis = await this.#diagnose(exchange, caller)
    this.#record(exchange, caller, {
      verdict: 'fail',
      reason: refusal.code,
      diagnosis: diagnosis?.code ?? null,
      detail: diagnosis?.text ?? refusal.detail,
      evidence: diagnosis?.evidence ?? {},
    })
    return diagnosis
  }

  /** A delivery of which nothing was decided, for a reason that lies with us. */
  undecided(exchange: Exchange, caller: SourceCaller, { code, detail }: Refusal): void {
    if (!this.#failures.take(caller.id, this.#deps.now())) return
    this.#record(exchange, caller, { verdict: 'fail', reason: code, diagnosis: null, detail, evidence: {} })
  }

  async #diagnose(exchange: Exchange, caller: SourceCaller): Promise<Diagnosis | undefined> {
    const { request, body, receivedAtMs } = exchange
    if (request === undefined || body === undefined) return undefined
    const { source } = caller
    const delivery = {
      provider: source.provider,
      options: source.options,
      secrets: source.opened.secrets,
      request: deliveryOf(body, request, caller, exchange),
      nowMs: receivedAtMs,
    }
    const input: DiagnoseInput = {
      ...delivery,
      retired: source.opened.retired,
      otherUrls: [`https://${request.headers.host}${request.path}`],
      fetched: await fetchKeys({ ...delivery, keys: this.#deps.publishedKeys }),
    }
    const first = diagnose(input)
    if (first === undefined || !comesAfterSiblings.has(first.code)) return first
    // The secrets of other sources cost a look into Postgres, some milliseconds to open, and a hash of the body each.
    if (body.length > siblingsBodyBytesMax) return first
    const siblings = await this.#deps.sourceStore.siblings(source)
    return siblings.length === 0 ? first : diagnose({ ...input, siblings })
  }

  #record(
    exchange: Exchange,
    { tenantId, id }: SourceCaller,
    verdict: Pick<Verification, 'verdict' | 'reason' | 'diagnosis' | 'detail' | 'evidence'>,
  ): void {
    const { sourceStore, background } = this.#deps
    const place = { tenantId, sourceId: id, requestId: exchange.requestId, item: 0 }
    const verifiedAt = new Date(exchange.receivedAtMs)
    background.run('verification', sourceStore.recordVerification({ ...place, verifiedAt, ...verdict }))
  }
}

const comesAfterSiblings: ReadonlySet<Diagnosis['code']> = new Set(['url_mismatch', 'body_altered', 'wrong_secret'])
