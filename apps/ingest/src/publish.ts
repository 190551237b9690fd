import { setTimeout as wait } from 'node:timers/promises'
import type { AppendResult, Log } from '@eventmesh/bus'
import type { Item } from './item.ts'
import { jitteredRetrySeconds, type Refusal } from './outcome.ts'

/**
 * Appends the items' records and ends each of them by what the log said of its record: `accepted` only when it is durable.
 * While time is left, a record is appended again when its outcome is unknown or when the log was out of reach; a second
 * record of it is a copy with the same event id. `deadlineMs` ≤ 0: the request is too late already, and nothing is sent.
 *
 *   sent ─good acknowledgement▶ accepted
 *     ├─refused, for now▶ sent again     ├─refused for good, or overloaded▶ refused
 *     └─no certain answer▶ sent again, UNKNOWN from now on: whatever refuses a later try says nothing of the first
 */
export async function publish(items: readonly Item[], log: Log, deadlineMs: number): Promise<void> {
  const until = performance.now() + deadlineMs
  let open: readonly Attempt[] = items.map((item) => ({ item, isUnknown: false }))
  for (let tries = 1; open.length > 0; tries += 1) {
    const leftMs = until - performance.now()
    const results = leftMs > 0 ? await append(open, log, leftMs) : open.map(() => tooLate)
    const again: Attempt[] = []
    const pauseMs = pause(tries)
    const isTimeLeft = performance.now() + pauseMs < until
    for (let index = 0; index < open.length; index += 1) {
      const attempt = open[index]!
      const result = results[index]!
      if (isTimeLeft && canChange(result)) again.push(next(attempt, result))
      else end(attempt, result)
    }
    open = again
    if (open.length > 0) await wait(pauseMs)
  }
}

type Attempt = {
  readonly item: Item
  /** An earlier try may have been appended. */
  readonly isUnknown: boolean
}

const tooLate: AppendResult = { status: 'refused', detail: 'no time left' }
const pauseFirstMs = 50
const pauseMaxMs = 500

function append(open: readonly Attempt[], log: Log, deadlineMs: number): Promise<readonly AppendResult[]> {
  if (open.every(({ item }) => item.topic === 'events')) {
    return log.append(
      'events',
      open.map(({ item }) => item.record!),
      { deadlineMs },
    )
  }
  return appendToBoth(open, log, deadlineMs)
}

async function appendToBoth(open: readonly Attempt[], log: Log, deadlineMs: number): Promise<readonly AppendResult[]> {
  const records = (topic: Item['topic']) =>
    open.filter(({ item }) => item.topic === topic).map(({ item }) => item.record!)
  const quarantined = records('quarantine')
  const events = records('events')
  const [eventResults, quarantineResults] = await Promise.all([
    events.length > 0 ? log.append('events', events, { deadlineMs }) : [],
    log.append('quarantine', quarantined, { deadlineMs }),
  ])
  const results = { events: eventResults.values(), quarantine: quarantineResults.values() }
  return open.map(({ item }) => results[item.topic].next().value!)
}

/** Jittered, so that what failed together does not come back together. */
function pause(tries: number): number {
  return Math.min(pauseFirstMs * 2 ** (tries - 1), pauseMaxMs) * (0.5 + Math.random() / 2)
}

function canChange(result: AppendResult): boolean {
  return result.status === 'unknown' || (result.status === 'refused' && result.canRetry === true)
}

function next({ item, isUnknown }: Attempt, result: AppendResult): Attempt {
  return { item, isUnknown: isUnknown || result.status === 'unknown' }
}

function end({ item, isUnknown }: Attempt, result: AppendResult): void {
  const idempotencyKey = item.candidate!.idempotencyKey
  if (result.status === 'appended') {
    const isQuarantined = item.topic === 'quarantine' ? true : undefined
    item.position = { partition: result.partition, offset: result.offset }
    item.ending = { status: 'accepted', eventId: item.identity!.eventId, idempotencyKey, isQuarantined }
  } else {
    item.ending = {
      status: 'unknown',
      refusal: notAppended(isUnknown ? 'unknown' : result.status, idempotencyKey),
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
