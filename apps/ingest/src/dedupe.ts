import { setTimeout as wait } from 'node:timers/promises'
import type { ClaimAnswer, ClaimRequest, Claims } from '@eventmesh/bus'
import { eventId, fingerprint, generateIdempotencyKey } from '@eventmesh/envelope'
import type { Caller } from './caller.ts'
import type { Item } from './item.ts'
import { type Refusal, retrySecondsAfter } from './outcome.ts'

export type DedupeDeps = {
  readonly claims: Claims
  /** How long a claim in flight elsewhere is waited for. */
  readonly waitMs: number
}

const retryAfterMaxMs = 2_000
const pollMs = [25, 50, 100, 200]

/**
 * Gives every open item its identity and claims the keys that senders chose, all in one round trip. Afterwards an open
 * item is ours to publish, or follows an earlier one of its request. Answers the owner under which keys were claimed.
 */
export async function dedupe(items: readonly Item[], caller: Caller, deps: DedupeDeps): Promise<string> {
  const owner = generateIdempotencyKey()
  const keyed = identify(items, caller)
  if (keyed.length === 0) return owner

  const { tenantId } = caller
  const request = (item: Item): ClaimRequest => ({
    tenantId,
    scope: caller.scope,
    key: item.candidate!.idempotencyKey,
    fp: item.identity!.fp,
    owner,
  })
  let answers: readonly ClaimAnswer[]
  try {
    answers = await deps.claims.claim(keyed.map(request))
  } catch (error) {
    // No part of the promise rests on a claim: the tenant chooses between copies and 503.
    withoutClaims(keyed, caller, retrySecondsAfter(error))
    return owner
  }
  let waiting = apply(keyed, caller, answers)
  if (waiting.length > 0) waiting = await poll(waiting, caller, request, deps)
  for (const { item, retryAfterMs } of waiting) endInFlight(item, caller, retryAfterMs)
  return owner
}

/** The items whose keys are to be claimed: not generated, and the first of their key in this request. */
function identify(items: readonly Item[], caller: Caller): readonly Item[] {
  const leaders = items.length > 1 ? new Map<string, Item>() : undefined
  const keyed: Item[] = []
  for (const item of items) {
    const { candidate } = item
    if (item.ending !== undefined || candidate === undefined) continue
    const key = candidate.idempotencyKey
    item.identity = {
      eventId: eventId({ tenantId: caller.tenantId, scope: caller.scope, key }),
      fp: fingerprint({
        body: candidate.fingerprinted ?? item.bytes,
        mediaType: candidate.mediaType,
        route: caller.kind === 'key' ? 'native' : 'webhook',
        attributes: candidate.headerAttributes,
      }),
    }
    if (candidate.isKeyGenerated) {
      item.dedupe = 'generated'
      continue
    }
    item.leader = leaders?.get(key)
    if (item.leader !== undefined) continue
    leaders?.set(key, item)
    keyed.push(item)
  }
  return keyed
}

type Waiting = { readonly item: Item; readonly retryAfterMs: number }

function apply(items: readonly Item[], caller: Caller, answers: readonly ClaimAnswer[]): Waiting[] {
  const waiting: Waiting[] = []
  for (const [index, item] of items.entries()) {
    const answer = answers[index]!
    const { idempotencyKey } = item.candidate!
    switch (answer.state) {
      case 'won':
        item.dedupe = 'claimed'
        break
      case 'settled':
        item.ending = { status: 'duplicate', eventId: answer.result.eventId, idempotencyKey }
        break
      case 'conflict':
        item.keptFp = answer.fp
        endConflict(item, caller)
        break
      case 'in-flight':
        waiting.push({ item, retryAfterMs: answer.retryAfterMs })
    }
  }
  return waiting
}

/** The first copy is usually settled within milliseconds: a short wait spares most senders the retry. */
async function poll(
  waiting: readonly Waiting[],
  caller: Caller,
  request: (item: Item) => ClaimRequest,
  deps: DedupeDeps,
): Promise<Waiting[]> {
  const until = performance.now() + deps.waitMs
  let open = [...waiting]
  for (let round = 0; open.length > 0; round += 1) {
    const left = until - performance.now()
    if (left <= 0) break
    await wait(Math.min(left, pollMs[Math.min(round, pollMs.length - 1)]!))
    const items = open.map(({ item }) => item)
    try {
      open = apply(items, caller, await deps.claims.claim(items.map(request)))
    } catch {
      // They were in flight when the store last answered; the sender is told that.
      break
    }
  }
  return open
}

function withoutClaims(items: readonly Item[], caller: Caller, retryAfterSeconds: number): void {
  for (const item of items) {
    if (caller.settings.claims === 'degrade') {
      item.dedupe = 'unchecked'
      continue
    }
    const refusal: Refusal = {
      code: 'claims_unavailable',
      detail: 'whether this key was used before cannot be checked just now; send the same request again',
      retryAfterSeconds,
      idempotencyKey: item.candidate!.idempotencyKey,
    }
    item.ending = { status: 'unknown', refusal }
  }
}

/** A provider takes 4xx as final, hence 503 for a webhook. */
export function endInFlight(item: Item, caller: Caller, retryAfterMs: number): void {
  const retryAfterSeconds = Math.max(1, Math.ceil(Math.min(retryAfterMs, retryAfterMaxMs) / 1_000))
  const refusal: Refusal = {
    code: 'idempotency_in_flight',
    ...(caller.kind === 'source' ? { status: 503 } : {}),
    detail: `another request with this idempotency key is still being handled; send the same request again after ${retryAfterSeconds} s`,
    retryAfterSeconds,
    idempotencyKey: item.candidate!.idempotencyKey,
  }
  item.ending = { status: 'unknown', refusal }
}

/**
 * The key is an acknowledged event's with other bytes. Who sends natively is told; a webhook's sender cannot mend it, so
 * the item stays open and goes to the quarantine.
 */
export function endConflict(item: Item, caller: Caller): void {
  if (caller.kind === 'source') {
    item.topic = 'quarantine'
    item.dedupe = 'claimed'
    return
  }
  const { idempotencyKey } = item.candidate!
  const refusal: Refusal = {
    code: 'idempotency_mismatch',
    detail: 'this idempotency key belongs to an event with another body; a new event needs a new key',
    idempotencyKey,
  }
  item.ending = { status: 'rejected', refusal }
}
