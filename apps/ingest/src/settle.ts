import type { Claims, SettleRequest, YieldRequest } from '@eventmesh/bus'
import { failpoint } from '@eventmesh/bus'
import type { Caller } from './caller.ts'
import type { Item } from './item.ts'

/**
 * Tells the claims what came of the items: settled when the record is durable, yielded when it is not, so that the next
 * try takes over at once. Runs beside the answer, which rests on the log alone.
 */
export async function settle(
  items: readonly Item[],
  caller: Caller,
  owner: string,
  deps: { readonly claims: Claims; readonly ttlMs: number; readonly nowMs: number },
): Promise<void> {
  const { tenantId, scope } = caller
  const { ttlMs, nowMs } = deps
  const settles: SettleRequest[] = []
  const yields: YieldRequest[] = []
  for (const item of items) {
    if (item.dedupe === undefined || item.dedupe === 'generated' || item.topic === 'quarantine') continue
    const key = item.candidate!.idempotencyKey
    const { eventId, fp } = item.identity!
    if (item.position !== undefined) {
      const { partition, offset } = item.position
      const result = { eventId, acceptedAtMs: nowMs, partition, offset }
      settles.push({ tenantId, scope, key, fp, result, ttlMs })
    } else if (item.dedupe === 'claimed') {
      yields.push({ tenantId, scope, key, owner })
    }
  }
  const yielded = yields.length > 0 ? deps.claims.yield(yields) : undefined
  const settled = settles.length > 0 ? deps.claims.settle(settles) : undefined
  if (yielded !== undefined) await Promise.all([yielded, settled])
  await settled
  if (settles.length > 0) await failpoint('after_settle')
}
