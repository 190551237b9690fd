import type { Database } from './connect.ts'

/** Payload: the hash of a key or of a source's token as 64 hex digits, or a tenant's id: what readers' caches shall forget. */
export const keyChannel = 'eventmesh_keys'

/**
 * Tells every process of a change that is already committed. A statement of its own: NOTIFY inside a transaction takes
 * one lock for the whole server until that commits.
 */
export async function announceKeyChange(db: Database, payload: string): Promise<void> {
  try {
    await db.query((sql) => sql`select pg_notify(${keyChannel}, ${payload})`)
  } catch {
    // The change stands; caches that did not hear of it look again within 30 s.
  }
}
