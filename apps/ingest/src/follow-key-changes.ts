import type { Database, Listener } from '@eventmesh/db'
import { isUuid } from '@eventmesh/envelope'
import type { KeyCache } from './key-cache.ts'

/** Forgets what changed as soon as Postgres says so; what a lost connection missed ends with the cache's ages. */
export function followKeyChanges(database: Database, keys: KeyCache): Promise<Listener> {
  return database.listen(
    'eventmesh_keys',
    (payload) => {
      if (isUuid(payload)) keys.forgetTenant(payload)
      else keys.forgetKey(Buffer.from(payload, 'hex'))
    },
    { onConnected: () => keys.refreshAll() },
  )
}
