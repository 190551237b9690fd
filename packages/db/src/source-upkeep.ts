import type { Database } from './connect.ts'

const purgeRowsMax = 1_000

export const sourceUpkeep = {
  /** Deletes secrets that were removed, or whose source was deleted, more than 30 days ago; answers how many. */
  async purgeSecrets(db: Database): Promise<number> {
    for (let purged = 0; ; ) {
      const [row] = await db.transaction(
        async (tx) => await tx.sql<{ n: string }[]>`select source_secret_purge(${purgeRowsMax}) as n`,
      )
      const n = Number(row?.n ?? 0)
      purged += n
      if (n < purgeRowsMax) return purged
    }
  },
}
