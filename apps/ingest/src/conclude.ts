import { claimTimes } from '@eventmesh/bus'
import { acceptedAnswer } from '@eventmesh/providers'
import type { Caller } from './caller.ts'
import { endConflict, endInFlight } from './dedupe.ts'
import type { Item } from './item.ts'
import type { Outcome } from './outcome.ts'

/** Puts the request's outcome together, once every item has its ending. */
export function conclude(items: readonly Item[], isBatch: boolean, caller: Caller): Outcome {
  const answer = caller.kind === 'source' ? (acceptedAnswer(caller.source.provider) ?? undefined) : undefined
  if (isBatch) return { kind: 'batch', endings: items.map((item) => item.ending!), answer }

  const ending = items[0]!.ending!
  switch (ending.status) {
    case 'accepted':
    case 'duplicate': {
      const { status: kind, eventId, idempotencyKey, isQuarantined } = ending
      return { kind, eventId, idempotencyKey, isQuarantined, answer }
    }
    case 'rejected':
    case 'unknown':
      return { kind: 'refused', refusal: ending.refusal }
  }
}

/**
 * Ends the items that follow another one of their request, once that one has its ending. Answers whether some of them
 * are still open: a webhook's contradictions, which go to the quarantine.
 */
export function follow(items: readonly Item[], caller: Caller): boolean {
  let isOpen = false
  for (const item of items) {
    if (item.leader === undefined) continue
    endLike(item, item.leader, caller)
    isOpen ||= item.ending === undefined
  }
  return isOpen
}

/** Equal bytes share the first one's fate; other bytes contradict it once it is kept, or were kept themselves before. */
function endLike(item: Item, leader: Item, caller: Caller): void {
  const ending = leader.ending!
  const { eventId, fp } = item.identity!
  const { idempotencyKey } = item.candidate!
  const isKept = ending.status === 'accepted' || ending.status === 'duplicate'
  const keptFp = leader.keptFp ?? (isKept ? leader.identity!.fp : undefined)
  if (keptFp === fp) item.ending = { status: 'duplicate', eventId, idempotencyKey }
  else if (leader.identity!.fp === fp) item.ending = ending
  else if (keptFp !== undefined) endConflict(item, caller)
  else endInFlight(item, caller, claimTimes.leaseMs)
}
