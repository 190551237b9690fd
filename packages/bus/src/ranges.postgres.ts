import type { Database } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import { statementFault } from './fault.postgres.ts'

/** Keeps room ahead of every topic's head and drops what is past its retention, both by the function `log_roll()`. */
export type Ranges = {
  /** Rolls now, once for all who ask meanwhile. Throws what the database says. */
  roll(): Promise<void>
  /** Told after each append; rolls in the background when half of the room is used. */
  reached(topic: Topic, nextOffset: number): void
  /** Why the last roll failed, if it did. */
  failure(): string | undefined
  close(): Promise<void>
}

const rollEveryMs = 60_000

export function createRanges(database: Database): Ranges {
  const halfUsedAt = new Map<string, number>()
  let rolling: Promise<void> | undefined
  let failed: string | undefined
  const timer = setInterval(rollInBackground, rollEveryMs).unref()

  function roll(): Promise<void> {
    rolling ??= rollOnce().finally(() => {
      rolling = undefined
    })
    return rolling
  }

  async function rollOnce(): Promise<void> {
    try {
      const rows = await database.sql<{ topic: string; next_offset: string; room_until: string }[]>`
        select topic, next_offset, room_until from log_roll()`
      for (const row of rows) halfUsedAt.set(row.topic, (Number(row.next_offset) + Number(row.room_until)) / 2)
      failed = undefined
    } catch (error) {
      failed = statementFault(error).code
      throw error
    }
  }

  function rollInBackground(): void {
    roll().catch(() => {
      // `failure()` tells check(), the next timer tries again, and an append without room rolls by itself.
    })
  }

  rollInBackground()
  return {
    roll,
    reached(topic, nextOffset) {
      if (nextOffset > (halfUsedAt.get(topic) ?? Number.POSITIVE_INFINITY)) rollInBackground()
    },
    failure: () => failed,
    async close() {
      clearInterval(timer)
      await rolling?.catch(() => {
        // Reported by `failure()`; closing does not depend on it.
      })
    },
  }
}
