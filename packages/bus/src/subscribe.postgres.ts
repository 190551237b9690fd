import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, positions } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import {
  FencedError,
  type StoredRecord,
  type SubscribeOptions,
  type Subscription,
  type SubscriptionEvent,
} from './log.ts'
import type { Records } from './records.postgres.ts'
import type { Bell, Wake } from './wake.postgres.ts'

export type SubscribeTimes = {
  /** How long the group waits for a member that died. */
  readonly leaseMs: number
  readonly heartbeatMs: number
  readonly pollMs: number
  readonly retryFirstMs: number
  readonly retryMaxMs: number
}

export const subscribeTimes: SubscribeTimes = {
  leaseMs: 5_000,
  heartbeatMs: 1_000,
  pollMs: 500,
  retryFirstMs: 100,
  retryMaxMs: 5_000,
}

const fetchLimits = { recordsMax: 500, bytesMax: 8 * 1024 * 1024 }

/**
 * One loop per topic (on Postgres a topic is one partition):
 *
 *   waiting ─lease taken, epoch + 1▶ following ─newer epoch, or the lease could not be kept▶ waiting
 *   following ─stop▶ lease released
 *
 * The lease only says who works; that a late owner moves nothing is the epoch's doing.
 */
export function subscribe(
  options: SubscribeOptions,
  deps: { readonly database: Database; readonly records: Records; readonly wake: Wake; readonly times: SubscribeTimes },
): Subscription {
  const stopping = new AbortController()
  const members = options.topics.map((topic) => createMember(topic, options, deps, stopping.signal))
  const loops = members.map((member) => member.run())

  return {
    async lag() {
      const held = members.filter((member) => member.nextOffset() !== undefined)
      if (held.length === 0) return {}
      const ends = await deps.records.ends(held.map((member) => member.topic))
      return Object.fromEntries(
        held.map((member) => [member.topic, Math.max(0, (ends.get(member.topic) ?? 0) - (member.nextOffset() ?? 0))]),
      )
    },
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

type Member = { readonly topic: Topic; run(): Promise<void>; nextOffset(): number | undefined }

type Lease = {
  readonly epoch: number
  readonly signal: AbortSignal
  isFenced: boolean
  /** The first offset that is not handled. */
  next: number
}

function createMember(
  topic: Topic,
  options: SubscribeOptions,
  { database, records, wake, times }: Parameters<typeof subscribe>[1],
  stop: AbortSignal,
): Member {
  const partition = { group: options.group, topic, partition: 0 }
  const owner = randomUUID()
  const recordsMax = options.maxRecords ?? fetchLimits.recordsMax
  const bytesMax = options.maxBytes ?? fetchLimits.bytesMax
  let lease: Lease | undefined

  async function run(): Promise<void> {
    const bell = wake.bell(topic)
    const pause = createPause(times)
    while (!stop.aborted) {
      try {
        const taken = await positions.take(database, partition, { owner, leaseMs: times.leaseMs })
        if (taken === undefined) await waitFor(times.heartbeatMs, stop)
        else await hold(taken, bell)
        pause.reset()
      } catch (error) {
        emit({ kind: 'failed', topic, partition: 0, error })
        await waitFor(pause.nextMs(), stop)
      }
    }
    bell.remove()
  }

  async function hold(taken: positions.TakenPosition, bell: Bell): Promise<void> {
    const lost = new AbortController()
    const held: Lease = { epoch: taken.epoch, signal: AbortSignal.any([stop, lost.signal]), isFenced: false, next: 0 }
    const heartbeat = keepLease(held, lost)
    emit({ kind: 'assigned', topic, partition: 0 })
    try {
      held.next = await firstOffset(taken.nextOffset)
      lease = held
      await follow(held, bell)
    } catch (error) {
      if (!held.isFenced) throw error
    } finally {
      lease = undefined
      await heartbeat.end()
      if (held.isFenced) emit({ kind: 'fenced', topic, partition: 0 })
      else await releaseLease(held)
      emit({ kind: 'revoked', topic, partition: 0 })
    }
  }

  function keepLease(held: Lease, lost: AbortController): { end(): Promise<void> } {
    let runsUntil = performance.now() + times.leaseMs
    let renewing: Promise<void> | undefined
    const timer = setInterval(() => {
      if (performance.now() > runsUntil) lost.abort()
      renewing ??= renew().finally(() => {
        renewing = undefined
      })
    }, times.heartbeatMs)

    async function renew(): Promise<void> {
      const startedAt = performance.now()
      try {
        if (await positions.renew(database, partition, { epoch: held.epoch, leaseMs: times.leaseMs })) {
          runsUntil = startedAt + times.leaseMs
          return
        }
        held.isFenced = true
        lost.abort()
      } catch {
        // The next heartbeat tries again; when the lease has run out, the member gives up what it holds.
      }
    }

    return {
      async end() {
        clearInterval(timer)
        await renewing
      },
    }
  }

  async function firstOffset(position: number | undefined): Promise<number> {
    const { start, end } = await records.bounds(topic)
    if (position !== undefined && position >= start && position <= end) return position
    // A log that never held a record: a new installation, and nothing to alarm about.
    if (position === undefined && end === 0) return 0
    const detail =
      position === undefined
        ? `the group has no position; starting at ${start}`
        : `position ${position} is outside of the log (${start} to ${end}); starting at ${start}`
    emit({ kind: 'position-reset', topic, partition: 0, detail })
    return start
  }

  async function follow(held: Lease, bell: Bell): Promise<void> {
    while (!held.signal.aborted) {
      const fetched = await records.fetch(topic, { from: held.next, recordsMax, bytesMax })
      if (fetched.length === 0) {
        await bell.wait(times.pollMs, held.signal)
        held.next = await stillThere(held.next)
        continue
      }
      if (fetched[0]!.offset !== held.next) held.next = await firstOffset(held.next)
      await deliver(held, fetched)
    }
  }

  // Retention may have dropped what the group had not read yet, or the log was made anew.
  async function stillThere(next: number): Promise<number> {
    const { start, end } = await records.bounds(topic)
    return next >= start && next <= end ? next : await firstOffset(next)
  }

  async function deliver(held: Lease, batch: readonly StoredRecord[]): Promise<void> {
    const nextOffset = batch.at(-1)!.offset + 1
    const pause = createPause(times)
    while (!held.signal.aborted) {
      let isAdvanced = false
      try {
        await options.handle({
          topic,
          partition: 0,
          records: batch,
          async advance(tx) {
            await advance(tx, held, nextOffset)
            isAdvanced = true
          },
        })
        if (!isAdvanced) await advance(database, held, nextOffset)
        held.next = nextOffset
        return
      } catch (error) {
        if (held.isFenced) throw error
        emit({ kind: 'failed', topic, partition: 0, error })
        await waitFor(pause.nextMs(), held.signal)
      }
    }
  }

  async function advance(on: Parameters<typeof positions.advance>[0], held: Lease, nextOffset: number): Promise<void> {
    if (await positions.advance(on, partition, { epoch: held.epoch, nextOffset })) return
    held.isFenced = true
    throw new FencedError(`${options.group} on ${topic}: a newer epoch than ${held.epoch} has the partition`)
  }

  async function releaseLease(held: Lease): Promise<void> {
    try {
      await positions.release(database, partition, held.epoch)
    } catch {
      // The lease runs out by itself.
    }
  }

  function emit(event: SubscriptionEvent): void {
    options.onEvent?.(event)
  }

  return { topic, run, nextOffset: () => lease?.next }
}

function createPause(times: SubscribeTimes): { nextMs(): number; reset(): void } {
  let ceilingMs = times.retryFirstMs
  return {
    nextMs() {
      const pauseMs = ceilingMs * (0.5 + Math.random() / 2)
      ceilingMs = Math.min(ceilingMs * 2, times.retryMaxMs)
      return pauseMs
    },
    reset() {
      ceilingMs = times.retryFirstMs
    },
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    // Stopped or lost the lease while waiting: the loop's condition ends it.
  })
}
