import { claimTimes } from '@eventmesh/bus'
import { endInFlight, mismatch } from './dedupe.ts'
import type { Item } from './item.ts'
import type { Outcome } from './outcome.ts'

/** Ends the items that follow another of their request, and puts the request's outcome together. */
export function conclude(items: readonly Item[], isBatch: boolean): Outcome {
  for (const item of items) if (item.leader !== undefined) follow(item, item.leader)
  const endings = items.map((item) => item.ending!)
  if (isBatch) return { kind: 'batch', endings }

  const ending = endings[0]!
  switch (ending.status) {
    case 'accepted':
    case 'duplicate':
      return { kind: ending.status, eventId: ending.eventId, idempotencyKey: ending.idempotencyKey }
    case 'rejected':
    case 'unknown':
      return { kind: 'refused', refusal: ending.refusal }
  }
}

/** Equal bytes share the first one's fate; other bytes contradict it once it is kept, or were kept themselves before. */
function follow(item: Item, leader: Item): void {
  const ending = leader.ending!
  const { eventId, fp } = item.identity!
  const { idempotencyKey } = item.candidate!
  const isKept = ending.status === 'accepted' || ending.status === 'duplicate'
  const keptFp = isKept ? leader.identity!.fp : leader.keptFp
  if (keptFp === fp) item.ending = { status: 'duplicate', eventId, idempotencyKey }
  else if (keptFp !== undefined) item.ending = { status: 'rejected', refusal: mismatch(idempotencyKey) }
  else if (leader.identity!.fp === fp) item.ending = ending
  else endInFlight(item, claimTimes.leaseMs)
}
