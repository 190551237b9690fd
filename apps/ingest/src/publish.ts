import type { AppendResult, Log } from '@eventmesh/bus'
import type { Item } from './item.ts'
import { jitteredRetrySeconds, type Refusal } from './outcome.ts'

/**
 * Appends the items' records and ends each of them by what the log said of its record: `accepted` only when it is durable.
 * `deadlineMs` ≤ 0: the request is too late already, and nothing is sent.
 */
export async function publish(items: readonly Item[], log: Log, deadlineMs: number): Promise<void> {
  if (items.length === 0) return
  const results: readonly AppendResult[] =
    deadlineMs > 0
      ? await log.append(
          'events',
          items.map((item) => item.record!),
          { deadlineMs },
        )
      : items.map(() => ({ status: 'refused', detail: 'no time left' }))
  for (const [index, item] of items.entries()) {
    const idempotencyKey = item.candidate!.idempotencyKey
    const result = results[index]!
    if (result.status === 'appended') {
      item.position = { partition: result.partition, offset: result.offset }
      item.ending = { status: 'accepted', eventId: item.identity!.eventId, idempotencyKey }
    } else {
      item.ending = { status: 'unknown', refusal: notAppended(result.status, idempotencyKey) }
    }
  }
}

function notAppended(status: 'refused' | 'unknown' | 'overloaded', idempotencyKey: string): Refusal {
  const common = { retryAfterSeconds: jitteredRetrySeconds(), idempotencyKey }
  switch (status) {
    case 'refused':
      return {
        code: 'log_unavailable',
        detail: 'the event log takes nothing just now; send the same request again',
        ...common,
      }
    case 'overloaded':
      return {
        code: 'overloaded',
        detail: 'the event log is behind; send the same request again a little later',
        ...common,
      }
    case 'unknown':
      return {
        code: 'log_unknown',
        detail: 'the event log did not confirm in time; send the same request again with the same idempotency key',
        ...common,
      }
  }
}
