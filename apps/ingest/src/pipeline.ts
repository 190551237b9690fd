import { type Claims, failpoint, type Log } from '@eventmesh/bus'
import { formatTime } from '@eventmesh/envelope'
import { type AuthenticateDeps, attribute, authenticate } from './authenticate.ts'
import type { Background } from './background.ts'
import { readBody } from './body.ts'
import { claimProof } from './claim-proof.ts'
import { conclude, follow } from './conclude.ts'
import { dedupe } from './dedupe.ts'
import { envelope } from './envelope.ts'
import { type Exchange, mark } from './exchange.ts'
import type { Item } from './item.ts'
import { type Budget, limit, rateLimited } from './limit.ts'
import { type Limits, timesOf } from './limits.ts'
import type { Outcome, Refusal } from './outcome.ts'
import { publish } from './publish.ts'
import { type Route, readRequest } from './request.ts'
import { settle } from './settle.ts'
import { validate } from './validate.ts'
import { type VerifyDeps, verify } from './verify.ts'

export type PipelineDeps = AuthenticateDeps &
  VerifyDeps & {
    readonly budget: Budget
    readonly limits: Limits
    readonly claims: Claims
    readonly log: Log
    readonly background: Background
  }

/**
 * The accept path (architecture section 4): a 2xx means that the event is on the log. Nothing here looks at whether the
 * sender is still there: once its body is complete, the event is taken to its end.
 */
export async function accept(exchange: Exchange, route: Route, deps: PipelineDeps): Promise<Outcome> {
  const { limits, budget, background, claims } = deps
  const times = timesOf(limits, route)
  const request = readRequest(exchange.request!, route, limits)
  if (!request.ok) {
    exchange.caller = await attribute(exchange.request!, deps)
    return refused(request.refusal)
  }
  exchange.headerKey = request.value.idempotencyKey
  mark(exchange, 'request')

  const authenticated = await authenticate(request.value, deps)
  exchange.caller = authenticated.ok ? authenticated.value : authenticated.caller
  if (!authenticated.ok) return refused(authenticated.refusal)
  const caller = authenticated.value
  mark(exchange, 'authenticate')

  const hold = limit(request.value, caller, budget)
  if (!hold.ok) return refused(hold.refusal)
  exchange.hold = hold.value

  const body = await readBody(exchange, request.value, caller, hold.value)
  if (!body.ok) return body.refusal === undefined ? { kind: 'gone' } : refused(body.refusal)
  exchange.body = body.value
  const answerBy = performance.now() + times.handlerDeadlineMs
  mark(exchange, 'body')

  if (caller.kind === 'source') {
    const verifying = verify(body.value, request.value, caller, exchange, deps)
    const verified = 'ok' in verifying ? verifying : await verifying
    if (!verified.ok) return verified.outcome
    exchange.proof = verified.proof
    mark(exchange, 'verify')
  }

  const receivedAt = formatTime(exchange.receivedAtMs)
  const validated = validate(body.value, request.value, caller, exchange, { limits, receivedAt })
  if (!validated.ok) return refused(validated.refusal)
  const { items, isBatch } = validated.value
  exchange.items = items
  const waitMs = items.length > 1 ? budget.take(caller, items.length - 1) : 0
  if (waitMs > 0) return rateLimitedBatch(exchange, waitMs, budget.emptied(caller, items.length - 1))
  mark(exchange, 'validate')
  await failpoint('after_validate')

  const windowS = caller.kind === 'key' ? caller.settings.dedupWindowS : null
  const ttlMs = windowS === null ? times.settledTtlMs : windowS * 1_000
  const proofToken = exchange.proof?.proofToken ?? null
  if (proofToken !== null) {
    const claimed = await claimProof(proofToken, body.value, caller, { claims, ttlMs })
    if (!claimed.ok) return refused(claimed.refusal)
  }
  const owner = await dedupe(items, caller, { claims, waitMs: limits.claimWaitMs })
  mark(exchange, 'dedupe')
  await failpoint('after_claim')

  const append = async (open: readonly Item[]): Promise<void> => {
    const records = envelope(open, exchange, caller, { receivedAt, recordBytesMax: limits.recordBytesMax })
    await publish(records, deps.log, Math.min(times.produceDeadlineMs, answerBy - performance.now()))
    if (records.length > 0) await failpoint('after_append')
  }
  await append(items)
  // Once an item is kept, a later one of the same webhook that contradicts it can go to the quarantine.
  if (follow(items, caller)) await append(items)

  // Settle only after the append is durable: a settled key makes the sender stop sending.
  background.run('settle', settle(items, caller, owner, { claims, ttlMs, nowMs: deps.now() }))
  return conclude(items, isBatch, caller)
}

function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal }
}

function rateLimitedBatch(exchange: Exchange, waitMs: number, whose: string): Outcome {
  exchange.items = undefined
  return refused(rateLimited(waitMs, whose).refusal)
}
