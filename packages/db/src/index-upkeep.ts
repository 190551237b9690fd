import type { Database } from './connect.ts'

/** `stray`: rows that no day holds; more than none means that a clock or a record is far off. */
export type IndexRoll = { readonly created: number; readonly dropped: number; readonly stray: number }

/** Notified, with nothing in it, after rows have come into the index. */
export const indexChannel = 'eventmesh_index'

/** Days after which `event_index_roll()` drops what it is about. */
export const keptDays = { payloads: 30, metadata: 30, rejectedBodies: 7 } as const

/** When `event_index_roll()` drops the day (of UTC) in which a row was received, or would have if it has not run since. */
export function droppedAt(receivedAt: Date, days: number): Date {
  return new Date((Math.floor(receivedAt.getTime() / dayMs) + days + 1) * dayMs)
}

const dayMs = 86_400_000
const purgeRowsMax = 5_000

/** What the index needs beside its writer; each is safe to run in several processes at once. */
export const indexUpkeep = {
  /** Creates the days from 30 back to 7 ahead and drops older ones. A table that is busy is left for the next call. */
  async roll(db: Database): Promise<IndexRoll> {
    const [row] = await db.transaction(
      async (tx) =>
        await tx.sql<{ created: number; dropped: number; stray: string }[]>`select * from event_index_roll()`,
    )
    return { created: row?.created ?? 0, dropped: row?.dropped ?? 0, stray: Number(row?.stray ?? 0) }
  },

  /** Deletes what is past retention in the tables without days, a bounded piece per transaction; answers how many rows. */
  async purge(db: Database): Promise<number> {
    for (let purged = 0; ; ) {
      const [row] = await db.transaction(
        async (tx) => await tx.sql<{ n: string }[]>`select event_index_purge(${purgeRowsMax}) as n`,
      )
      const n = Number(row?.n ?? 0)
      purged += n
      if (n < purgeRowsMax) return purged
    }
  },

  /** Wakes live readers. Outside of every transaction that writes: NOTIFY makes commits wait for one another. */
  async notify(db: Database): Promise<void> {
    await db.sql`select pg_notify(${indexChannel}, '')`
  },
}
