import type { Database } from './connect.ts'

/** Whether the database has this migration, or one that comes after it. */
export async function isMigratedTo(db: Database, name: string): Promise<boolean> {
  const [row] = await db.query(
    (sql) => sql<{ is: boolean }[]>`select exists (select from eventmesh_migration where name >= ${name}) as is`,
  )
  return row?.is ?? false
}
